import RemoteProtocol
import Virt
import VirtDriver

/// The driver of all URIs that no driver of this process knows: their daemons' sockets.
struct RemoteDriver: Driver {
    let name = "remote"

    func open(_ request: OpenRequest) async throws(VirtError) -> (any DriverConnection)? {
        try await RemoteConnection.open(request.uri, readOnly: request.client.isReadOnly)
    }
}

/// A driver's connection on the other side of a daemon's socket.
struct RemoteConnection: DriverConnection {
    let client: RemoteClient
    let events: any EventSource

    var hypervisor: any HypervisorService { RemoteHypervisorService(client: client) }
    var networks: any NetworkService { RemoteNetworkService(client: client) }
    var storage: any StorageService { RemoteStorageService(client: client) }
    var nodeDevices: any NodeDeviceService { RemoteNodeDeviceService(client: client) }
    var interfaces: any InterfaceService { RemoteInterfaceService(client: client) }
    var secrets: any SecretService { RemoteSecretService(client: client) }
    var nwfilters: any NWFilterService { RemoteNWFilterService(client: client) }

    /// Connects to the daemon that a URI leads to, and opens it there.
    static func open(_ uri: ConnectionURI, readOnly: Bool) async throws(VirtError) -> RemoteConnection {
        let client = try await RemoteClient.connect(to: try DaemonAddress(uri, readOnly: readOnly))
        do {
            try await authenticate(client)
            _ = try await supports(.programKeepalive, client)
            let flags: ConnectFlags = readOnly ? [.ro] : []
            let name = uri.driver == "remote" ? nil : uri.forDaemon.description
            _ = try await client.call(
                RemoteProgram.connectOpen, ConnectOpenArguments(name: name, flags: flags))
            let numbers = try await supports(.remoteEventCallback, client)
            return RemoteConnection(
                client: client, events: RemoteEvents(client: client, numbersCallbacks: numbers))
        } catch {
            client.close()
            throw await client.explained(error)
        }
    }

    private static func supports(_ feature: DriverFeature, _ client: RemoteClient) async throws(VirtError)
        -> Bool
    {
        let arguments = ConnectSupportsFeatureArguments(feature: feature.rawValue)
        return try await client.call(RemoteProgram.connectSupportsFeature, arguments).supported
    }

    /// Goes through the authentication that the daemon asks for.
    private static func authenticate(_ client: RemoteClient) async throws(VirtError) {
        let types = try await client.call(RemoteProgram.authList, Nothing()).types
        if types.isEmpty || types.contains(0) { return }
        if types.contains(2) {
            _ = try await client.call(RemoteProgram.authPolkit, Nothing())
            return
        }
        let detail =
            "the daemon asks for SASL, which this client doesn't have yet: connect over its unix socket"
        throw VirtError(.authFailed, detail, from: .remote)
    }

    func supports(_ feature: DriverFeature) -> Bool { false }

    func setKeepalive(interval: Duration, count: Int) {
        client.setKeepalive(interval: interval, count: count)
    }

    func onClose(_ body: @escaping @Sendable (ConnectCloseReason) -> Void) -> any EventSubscription {
        client.onClose(body)
    }

    func close() async {
        _ = try? await client.call(RemoteProgram.connectClose, Nothing())
        client.close()
    }
}
