import XMLBinding

extension NetworkDefinition {
    /// Throws unless what is said goes together with the way that guests' packets take.
    func check(_ x: XMLBinder) throws(XMLError) {
        let mode = forward?.mode ?? .none
        try checkBridge(mode, x)
        if !mode.hasOwnBridge, mtu != nil {
            throw x.fault(
                "mtu size only allowed in open, route, nat, and isolated mode, not in \(mode.rawValue) "
                    + "(network '\(name)')")
        }
        switch mode {
        case .nat, .route:
            if ips.isEmpty {
                throw x.fault(
                    "\(mode.rawValue) forwarding requested, but no IP address provided for network '\(name)'")
            }
            if let forward, forward.interfaces.count > 1 {
                throw x.fault(
                    "multiple forwarding interfaces specified for network '\(name)', only one is supported")
            }
        case .open:
            if let forward, forward.dev != nil || !forward.addresses.isEmpty {
                throw x.fault("forward dev not allowed for network '\(name)' with forward mode='open'")
            }
        default: break
        }
        try checkRoutes(x)
    }

    private func checkBridge(_ mode: NetworkForward.Mode, _ x: XMLBinder) throws(XMLError) {
        guard !mode.hasOwnBridge, let bridge else { return }
        let isBridged = mode == .bridge
        if bridge.name != nil, !isBridged {
            throw x.fault("bridge name not allowed in \(mode.rawValue) mode (network '\(name)')")
        }
        if bridge.zone != nil, !isBridged {
            throw x.fault("bridge zone not allowed in \(mode.rawValue) mode (network '\(name)')")
        }
        if bridge.macTableManager != nil, !isBridged {
            throw x.fault(
                "bridge macTableManager setting not allowed in \(mode.rawValue) mode (network '\(name)')")
        }
        let hasSTP = x.attribute("stp", ofChild: "bridge")?.isEmpty == false
        if bridge.delay ?? 0 != 0 || hasSTP || bridge.zone != nil {
            throw x.fault(
                "bridge delay/stp/zone options only allowed in open, route, nat, and isolated mode, not in "
                    + "\(mode.rawValue) (network '\(name)')")
        }
        if isBridged, bridge.name != nil,
            forward.map({ !$0.interfaces.isEmpty || !$0.addresses.isEmpty || $0.pf != nil }) ?? false
        {
            throw x.fault(
                "A network with forward mode='bridge' can specify a bridge name or a forward dev, but not both "
                    + "(network '\(name)')")
        }
    }

    /// A route's gateway is a neighbour.
    private func checkRoutes(_ x: XMLBinder) throws(XMLError) {
        for route in routes {
            guard let text = route.gateway, let gateway = IPAddress(text) else { continue }
            let isNear = ips.contains { ip in
                guard let own = ip.address.flatMap({ IPAddress($0) }), own.family == gateway.family,
                    let prefix = ip.usedPrefix ?? own.usualPrefix
                else { return false }
                return own.network(prefix: prefix) == gateway.network(prefix: prefix)
            }
            if !isNear {
                throw x.fault(
                    "unreachable static route gateway '\(text)' specified for network '\(name)'", .unsupported
                )
            }
        }
    }
}
