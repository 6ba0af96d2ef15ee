import XMLBinding

extension DomainDevices {
    /// Visits every device's name, place and boot order, and lets them be changed.
    public mutating func forEachInfo(_ body: (inout DeviceInfo) -> Void) {
        visit(&disks, body)
        visit(&interfaces, body)
        visit(&sounds, body)
        visit(&hostdevs, body)
        visit(&videos, body)
        visit(&controllers, body)
        visit(&smartcards, body)
        visit(&serials, body)
        visit(&parallels, body)
        visit(&channels, body)
        visit(&consoles, body)
        visit(&inputs, body)
        visit(&filesystems, body)
        visit(&watchdogs, body)
        visit(&memballoon, body)
        visit(&rngs, body)
        visit(&nvram, body)
        visit(&hubs, body)
        visit(&shmems, body)
        visit(&memories, body)
        visit(&redirdevs, body)
        visit(&tpms, body)
        visit(&panics, body)
        visit(&iommus, body)
        visit(&vsock, body)
        visit(&cryptos, body)
        visit(&pstore, body)
    }

    private func visit<T: Device>(_ list: inout [T], _ body: (inout DeviceInfo) -> Void) {
        for index in list.indices { body(&list[index].info) }
    }

    private func visit<T: Device>(_ device: inout T?, _ body: (inout DeviceInfo) -> Void) {
        if var copy = device {
            body(&copy.info)
            device = copy
        }
    }
}
