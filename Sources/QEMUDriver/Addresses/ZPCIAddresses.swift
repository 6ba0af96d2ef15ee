import JSON
import VirtXML

extension DomainDefinition {
    /// Gives PCI devices of s390 machines the identities by which guests find them.
    mutating func assignZPCI() {
        var uids: Set<UInt32> = [], fids: Set<UInt32> = []
        devices.forEachInfo { info in
            guard let zpci = info.address?.pci?.zpci else { return }
            zpci.uid.map { _ = uids.insert($0) }
            zpci.fid.map { _ = fids.insert($0) }
        }
        devices.forEachInfo { info in
            guard case .pci(var address)? = info.address else { return }
            var zpci = address.zpci ?? ZPCIAddress()
            if zpci.uid == nil { zpci.uid = Self.free(from: 1, &uids) }
            if zpci.fid == nil { zpci.fid = Self.free(from: 0, &fids) }
            address.zpci = zpci
            info.address = .pci(address)
        }
    }

    private static func free(from first: UInt32, _ used: inout Set<UInt32>) -> UInt32 {
        var number = first
        while used.contains(number) { number += 1 }
        used.insert(number)
        return number
    }
}

extension DomainDefinition {
    /// The devices that give others their identities, by the others' aliases.
    var bridgeIdentities: [String: JSONObject] {
        guard board.isS390 else { return [:] }
        var found: [String: JSONObject] = [:]
        var copy = devices
        // Memory is no PCI device to the guest's firmware.
        copy.memories = []
        copy.forEachInfo { info in
            guard let zpci = info.address?.pci?.zpci, let uid = zpci.uid, let alias = info.alias else {
                return
            }
            var device: JSONObject = ["driver": "zpci", "uid": JSONValue(uid)]
            device.add("fid", zpci.fid)
            device.add("target", alias)
            device.add("id", "zpci\(uid)")
            found[alias] = device
        }
        return found
    }
}
