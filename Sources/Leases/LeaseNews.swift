import ByteText

/// What dnsmasq tells its script: that a lease is new, still there under another name, or gone.
public enum LeaseNews: Equatable {
    case present(DHCPLease)
    case gone(address: String)
    /// It wants to be told what there was.
    case begins

    /// - Parameters:
    ///   - arguments: what the script is called with.
    ///   - environment: what dnsmasq says beside these.
    /// - Returns: nil for what isn't about leases.
    public init?(_ arguments: [String], _ environment: (String) -> String?) {
        switch arguments.first {
        case "init": self = .begins
        case "del" where arguments.count >= 3: self = .gone(address: arguments[2])
        case "add" where arguments.count >= 3, "old" where arguments.count >= 3:
            self = .present(Self.lease(arguments, environment))
        default: return nil
        }
    }

    private static func lease(_ arguments: [String], _ environment: (String) -> String?) -> DHCPLease {
        let isIPv6 = environment("DNSMASQ_IAID") != nil
        var lease = DHCPLease(
            address: arguments[2], mac: isIPv6 ? environment("DNSMASQ_MAC") : arguments[1],
            expiry: environment("DNSMASQ_LEASE_EXPIRES").flatMap { Int64($0) } ?? 0)
        lease.hostname = arguments.count > 3 ? arguments[3] : environment("DNSMASQ_OLD_HOSTNAME")
        lease.clientID = isIPv6 ? arguments[1] : environment("DNSMASQ_CLIENT_ID")
        (lease.iaid, lease.serverDUID) = (environment("DNSMASQ_IAID"), environment("DNSMASQ_SERVER_DUID"))
        return lease
    }

    /// The leases after the news; the one that it is about comes last.
    public func applied(to leases: [DHCPLease]) -> [DHCPLease] {
        switch self {
        case .begins: leases
        case .gone(let address): leases.filter { !$0.address.hasSameBytes(as: address) }
        case .present(let lease): leases.filter { !$0.address.hasSameBytes(as: lease.address) } + [lease]
        }
    }

    /// What dnsmasq reads when it begins: its own file's lines, IPv6 behind the server's identity.
    public static func history(_ leases: [DHCPLease]) -> String {
        let lines = leases.filter { !$0.isIPv6 }.map { line($0, $0.mac) }
        let lines6 = leases.filter(\.isIPv6).map { line($0, $0.iaid) }
        let duid = leases.lazy.compactMap(\.serverDUID).first.map { ["duid \($0)"] } ?? []
        return (lines + (lines6.isEmpty ? [] : duid + lines6)).map { $0 + "\n" }.joined()
    }

    private static func line(_ lease: DHCPLease, _ who: String?) -> String {
        "\(lease.expiry) \(who ?? "*") \(lease.address) \(lease.hostname ?? "*") \(lease.clientID ?? "*")"
    }
}
