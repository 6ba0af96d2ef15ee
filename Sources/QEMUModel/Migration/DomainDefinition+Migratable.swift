import VirtXML

extension DomainDefinition {
    /// The document as another host is to take it: without what only says how the guest runs here.
    ///
    /// What every machine of the kind has unasked is left out too, so that an old libvirt can read the document.
    ///
    /// - Parameters:
    ///   - cpu: the CPU that was asked for, where the running guest's is known better.
    ///   - channels: the folder of the sockets that the driver places.
    package func migratable(cpu: GuestCPU?, channels: String) -> DomainDefinition {
        var copy = self
        if let cpu { copy.cpu = cpu }
        copy.forgetSockets(in: channels)
        copy.seclabels.removeAll { $0.type == .dynamic && $0.baseLabel == nil }
        copy.devices.inputs.removeAll { $0.type == .keyboard && $0.bus == .ps2 }
        if devices.audios == [AudioBackend(.none)] { copy.devices.audios = [] }
        copy.dropBoardControllers()
        return copy
    }

    private mutating func dropBoardControllers() {
        let board = board
        dropOnly(.usb) { board.isI440FX && $0 == "piix3-uhci" || board.isPPC && $0 == "pci-ohci" }
        dropOnly(.pci) { $0 == "pci-root" }
    }

    /// Drops the only controller of its type, if its model is one that comes with the board.
    private mutating func dropOnly(_ type: ControllerDevice.Kind, where isBoards: (String?) -> Bool) {
        let found = devices.controllers.filter { $0.type == type }
        guard found.count == 1, let only = found.first, only.index == 0, isBoards(only.model) else { return }
        devices.controllers.removeAll { $0.type == type }
    }
}
