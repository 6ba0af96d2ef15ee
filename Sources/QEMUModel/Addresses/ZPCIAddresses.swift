import JSON
import VirtXML

extension DomainDefinition {
    /// Gives PCI devices of s390 machines the identities by which guests find them.
    mutating func assignZPCI() {
        var uids = FreeNumbers(from: 1), fids = FreeNumbers()
        devices.forEachInfo { info in
            guard let zpci = info.address?.pci?.zpci else { return }
            uids.take(zpci.uid)
            fids.take(zpci.fid)
        }
        // A serial port is none of those that guests find so.
        let serials = devices.serials
        devices.forEachInfo { info in
            guard case .pci(var address)? = info.address else { return }
            var zpci = address.zpci ?? ZPCIAddress()
            if zpci.uid == nil { zpci.uid = uids.next() }
            if zpci.fid == nil { zpci.fid = fids.next() }
            address.zpci = zpci
            info.address = .pci(address)
        }
        devices.serials = serials
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
        copy.hostdevs.removeAll { $0.kind == .mdev }
        for info in copy.infos {
            guard let zpci = info.address?.pci?.zpci, let uid = zpci.uid, let alias = info.alias else {
                continue
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
