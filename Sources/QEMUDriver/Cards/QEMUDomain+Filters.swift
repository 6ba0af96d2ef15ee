import ByteText
import DriverKit
import JSON
import LinuxSystem
import Logging
import QMP
import Virt
import VirtXML

extension QEMUDomain {
    /// The guest has told its card which packets are for it. A link on top of another takes no other ones, so it has to follow,
    /// where the guest is trusted with that. QEMU tells of the next change once it has been asked about this one.
    func filtersChanged(_ event: QMPEvent, of run: Int32) async {
        guard guest(run) != nil, let alias = event.data["name"]?.string,
            let card = snapshot.live?.devices.interfaces.first(where: { $0.info.alias == alias }),
            card.type == .direct, card.trustGuestRxFilters == true, let name = card.target?.dev
        else { return }
        do {
            let reply = try await ask("query-rx-filter", ["name": .string(alias)])
            guard let filter = reply.array?.first else { return }
            try await Blocking.run { () throws(SystemError) in try Self.set(name, filter) }
        } catch {
            context.log.warning(
                "'\(name)' of domain '\(snapshot.name)' can't follow its guest's card: \(error)")
        }
    }

    private static func set(_ name: String, _ filter: JSONValue) throws(SystemError) {
        if let mac = filter["main-mac"]?.string.flatMap({ MACAddress(xml: $0) }), !mac.isMulticast,
            try NetworkLinks.named(name)?.address != mac.bytes
        {
            try NetworkLinks.setAddress(name, mac.bytes)
        }
        let hasGroups = filter["multicast"]?.string != "none"
        try NetworkLinks.setTaking(
            name, everything: filter["promiscuous"]?.bool == true, allGroups: hasGroups)
    }
}
