import VirtXML

extension QEMUGuest {
    /// Every helper that the guest needs before QEMU starts.
    package func helpers(_ host: HelperHost) throws(ConfigurationError) -> [HelperProcess] {
        var helpers: [HelperProcess] = []
        for device in domain.devices.all { helpers += try self.helpers(of: device, host) }
        if needsReservationHelper { helpers.append(try reservationHelper(host)) }
        if needsBus { helpers.append(try messageBus(host)) }
        return helpers
    }

    /// The helpers that serve one device and no other.
    package func helpers(of device: DomainDevice, _ host: HelperHost) throws(ConfigurationError)
        -> [HelperProcess]
    {
        switch device {
        case .tpm(let tpm): try swtpm(tpm, host).map { [$0] } ?? []
        case .filesystem(let folder): try virtiofsd(folder, host).map { [$0] } ?? []
        case .interface(let card): try network(card, host).map { [$0] } ?? []
        case .video(let video): try gpu(video, host).map { [$0] } ?? []
        case .disk(let disk): try nbdkits(disk, host)
        default: []
        }
    }

    /// The log of one of the guest's helpers.
    package func log(_ name: String, _ host: HelperHost) -> String {
        "\(host.logs)/\(domain.name.asFileName(before: "-\(name).log"))"
    }
}
