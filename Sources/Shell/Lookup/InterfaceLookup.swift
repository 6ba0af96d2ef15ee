import ByteText
import Roost
import Virt

extension Session {
    /// The interface of the host that an option names, by its MAC address or by name.
    ///
    /// - Parameter option: the option's name.
    func interface(
        _ arguments: Arguments, byName: Bool = true, byMAC: Bool = true, option: String = "interface"
    ) async throws -> Interface {
        let text = try arguments.required(option)
        let connection = try await connected()
        let isMAC = text.isMACAddress
        return try await explaining("failed to get interface '\(text)'") {
            if byMAC, isMAC { return try await connection.interfaceLookupByMACString(mac: text) }
            if byName, !isMAC { return try await connection.interfaceLookupByName(name: text) }
            throw Failure()
        }
    }
}

extension String {
    /// Whether it is six numbers of two digits, each behind a colon but the first.
    fileprivate var isMACAddress: Bool {
        let parts = split(atByte: ":", omittingEmptySubsequences: false)
        return parts.count == 6
            && parts.allSatisfy { (1...2).contains($0.utf8.count) && UInt8($0, radix: 16) != nil }
    }
}

extension Completer {
    /// The name of an interface of the host.
    static let interfaces = Completer { session, _ in
        try await session.connected().listAllInterfaces(flags: []).map(\.reference.name)
    }
}

extension CommandOption {
    static let interface = CommandOption.required(
        "interface", "interface name or MAC address", complete: .interfaces)
}
