import Roost
import Virt

extension Session {
    /// The device of the host that the option `device` names.
    func nodeDevice(_ arguments: Arguments) async throws -> NodeDevice {
        let name = try arguments.required("device")
        let connection = try await connected()
        return try await explaining("Could not find matching device '\(name)'") {
            try await connection.nodeDeviceLookupByName(name: name)
        }
    }
}

extension Completer {
    /// The name of a device of the host.
    static let nodeDevices = Completer { session, _ in
        try await session.connected().listAllNodeDevices(flags: []).map(\.reference.name)
    }
}
