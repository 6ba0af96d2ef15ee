import ByteText
import LinuxSystem
import VirtXML

extension DeviceReader {
    func scsiHost(_ device: SystemDevice) -> Found? {
        guard let number = Self.number(in: device.name, after: "host") else { return nil }
        var host = SCSIHostCapability()
        host.host = number
        host.uniqueID = device.number("scsi_host/\(device.name)/unique_id").flatMap { Int32(exactly: $0) }
        let fibre = "fc_host/\(device.name)"
        if let port = Self.wwn(device.text("\(fibre)/port_name")),
            let node = Self.wwn(device.text("\(fibre)/node_name"))
        {
            var channel = SCSIHostCapability.FibreChannel()
            (channel.wwpn, channel.wwnn) = (port, node)
            channel.fabricWWN = Self.wwn(device.text("\(fibre)/fabric_name"))
            host.fibreChannel = channel
            host.vports = vports(device, fibre)
        }
        return (Self.name("scsi", device.name), .scsiHost(host))
    }

    private func vports(_ device: SystemDevice, _ fibre: String) -> SCSIHostCapability.VPorts? {
        guard let most = device.number("\(fibre)/max_npiv_vports"),
            let count = device.number("\(fibre)/npiv_vports_inuse")
        else { return nil }
        var ports = SCSIHostCapability.VPorts()
        (ports.maximum, ports.count) = (UInt32(clamping: most), UInt32(clamping: count))
        return ports
    }

    /// A name of Fibre Channel's, as it is written elsewhere: without the mark in front.
    private static func wwn(_ text: String?) -> String? {
        text.map { String($0.droppingBytePrefix("0x") ?? $0[...]) }
    }

    func scsiTarget(_ device: SystemDevice) -> Found? {
        var target = SCSITargetCapability()
        target.target = device.name
        let above = FileSystem.lastPart(of: FileSystem.parent(of: device.path) ?? "")
        if above.hasBytePrefix("rport-"),
            let name = device.text("../fc_remote_ports/\(above)/port_name")
        {
            var port = SCSITargetCapability.RemotePort()
            (port.name, port.wwpn) = (above, name)
            target.remotePort = port
        }
        return (Self.name("scsi", device.name), .scsiTarget(target))
    }

    /// A device on a SCSI bus: its name is where it stands.
    func scsi(_ device: SystemDevice) -> Found? {
        let place = device.name.split(atByte: ":").map { UInt32($0) }
        guard place.count == 4, let host = place[0], let bus = place[1], let target = place[2],
            let unit = place[3]
        else { return nil }
        var scsi = SCSICapability()
        (scsi.host, scsi.bus, scsi.target, scsi.lun) = (host, bus, target, unit)
        scsi.type = device.number("type").flatMap { Self.scsiTypes[$0] }
        return (Self.name("scsi", device.name), .scsi(scsi))
    }

    /// The standard's numbers for kinds of devices that have names here.
    private static let scsiTypes = [
        0: "disk", 1: "tape", 3: "processor", 4: "worm", 5: "cdrom", 6: "scanner", 7: "mod", 8: "changer",
        12: "raid", 13: "enclosure",
    ]
}
