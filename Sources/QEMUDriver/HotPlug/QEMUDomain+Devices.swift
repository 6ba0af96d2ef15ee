import DriverKit
import JSON
import Logging
import QEMUModel
import Virt
import VirtXML

extension QEMUDomain {
    /// Asks QEMU which devices there are. One that went while nobody listened, or that never came since the daemon ended
    /// while it was plugged in, leaves the live document.
    func learnDevices(_ run: Int32) async throws(VirtError) {
        let present = try await presentDevices()
        guard let live = snapshot.live, let emulator = live.devices.emulator else { return }
        let absent = live.devices.all.filter { $0.alias.map { !present.contains($0) } ?? false }
        if absent.isEmpty { return }
        let qemu = try await context.capabilities(of: emulator)
        for device in absent {
            // What the machine has of its own isn't among them.
            guard let alias = device.alias, let parts = try? parts(of: device, in: live, qemu),
                parts.contains(where: { $0.isFront(named: alias) })
            else { continue }
            context.log.info("domain '\(snapshot.name)' has lost its \(device.kind) '\(alias)' meanwhile")
            await removed(alias, of: run)
        }
    }

    /// The aliases of the devices that QEMU has by name.
    func presentDevices() async throws(VirtError) -> Set<String> {
        let reply = try await ask("qom-list", ["path": "/machine/peripheral"])
        return Set((reply.array ?? []).compactMap { $0["name"]?.string })
    }
}

extension QEMUPart {
    /// Whether the part is what the guest sees of the device with this alias.
    fileprivate func isFront(named alias: String) -> Bool {
        if case .device(let device) = self { device["id"]?.string == alias } else { false }
    }
}
