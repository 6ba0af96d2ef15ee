import ByteText
import Roost
import Virt

extension Session {
    /// The device of the host that the option `device` names, or that has two names in a Fibre Channel network:
    /// `WWNN,WWPN`.
    func nodeDevice(_ arguments: Arguments, byWWN: Bool = true) async throws -> NodeDevice {
        let name = try arguments.required("device")
        let connection = try await connected()
        if byWWN, name.contains(byte: ",") {
            let (node, port) = try Self.portNames(name)
            return try await explaining("Could not find matching device '\(name)'") {
                try await connection.nodeDeviceLookupSCSIHostByWWN(wwnn: node, wwpn: port, flags: 0)
            }
        }
        return try await explaining("Could not find matching device '\(name)'") {
            try await connection.nodeDeviceLookupByName(name: name)
        }
    }

    private static func portNames(_ text: String) throws -> (String, String) {
        let parts = text.split(atByte: ",", omittingEmptySubsequences: false).map { String($0) }
        guard parts.count == 2 else { throw Failure("Malformed device value '\(text)'") }
        let digits = "0123456789abcdefABCDEF"
        for part in parts where part.utf8.count != 16 || !part.consists(ofBytesIn: digits) {
            throw Failure("internal error: Malformed wwn: \(part)")
        }
        return (parts[0], parts[1])
    }
}

extension Completer {
    /// The name of a device of the host.
    static let nodeDevices = Completer { session, _ in
        try await session.connected().listAllNodeDevices(flags: []).map(\.reference.name)
    }
}

extension CommandOption {
    static let nodeDevice = CommandOption.required(
        "device", "device name or wwn pair in 'wwnn,wwpn' format", complete: .nodeDevices)
    static let nodeDeviceKey = CommandOption.required("device", "device key", complete: .nodeDevices)
}
