import DriverKit
import JSON
import QEMUModel
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    func updateDeviceFlags(xml: String, flags: DomainDeviceModifyFlags) async throws(VirtError) {
        try flags.require([.live, .config, .force], in: "qemuDomainUpdateDeviceFlags", from: .qemu)
        try await change("update", .init(flags), completing: true) { (definition) throws(VirtError) in
            let device = try DomainDevice(device: xml)
            definition.devices.replace(try definition.devices.one(meantBy: device), with: device)
        } live: { (domain, live) async throws(VirtError) in
            // A definition has no names of QEMU's; a running guest's device is found by its own.
            let asked = try DomainDevice(device: xml, options: [])
            try asked.checkLiveUpdate()
            let old = try live.devices.one(meantBy: asked)
            let new = try DomainDevice(device: xml)
            if case (.interface(let old), .interface(let asked), .interface(let new)) = (old, asked, new) {
                return try await domain.change(old, to: new, askedAs: asked)
            }
            try await domain.change(old, to: new, isForced: flags.contains(.force))
        }
    }

    /// Changes what can be changed about a device while the guest runs.
    private func change(
        _ old: DomainDevice, to new: DomainDevice, isForced: Bool
    ) async throws(VirtError) {
        switch (old, new) {
        case (.disk(let old), .disk(let new)): try await change(old, to: new, isForced: isForced)
        case (.memory(let old), .memory(let new)): try await change(old, to: new)
        case (.graphics(let old), .graphics(let new)): try await change(old, to: new)
        default: try new.checkLiveUpdate()
        }
        saveRecordSoon()
    }

    // MARK: Memory

    /// Asks the guest to take more of a memory device, or less.
    private func change(_ old: MemoryDevice, to new: MemoryDevice) async throws(VirtError) {
        guard old.model == .virtioMem, let alias = old.info.alias,
            let size = new.target.requestedSize ?? old.target.requestedSize
        else {
            throw VirtError(
                .configUnsupported, "live update of memory of model '\(old.model.rawValue)' is not supported",
                from: .qemu)
        }
        try old.checkRequest(size)
        try await ask(
            "qom-set",
            [
                "path": .string("/machine/peripheral/\(alias)"), "property": "requested-size",
                "value": .init(size.bytes),
            ])
        var changed = old
        changed.target.requestedSize = size
        publish { $0.live?.devices.replace(.memory(old), with: .memory(changed)) }
    }

    // MARK: Screens

    /// Changes a screen's password; where it is seen stays as it is.
    private func change(_ old: GraphicsDevice, to new: GraphicsDevice) async throws(VirtError) {
        try old.checkChange(to: new)
        let changed = old.withPassword(of: new)
        if changed != old { try await setPassword(of: changed) }
        publish { $0.live?.devices.replace(.graphics(old), with: .graphics(changed)) }
    }
}
