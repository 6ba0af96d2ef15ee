import DriverKit
import Virt
import VirtDriver
import VirtXML

/// Changes of parts of a network's documents.
extension TestNetwork {
    func update(
        command: UInt32, section: UInt32, parentIndex: Int32, xml: String, flags: NetworkUpdateFlags
    ) async throws(VirtError) {
        try flags.require([.live, .config], in: "testNetworkUpdate", from: .test)
        try await change(documentsFor: flags) { (definition) throws(VirtError) in
            try definition.update(command, section, parentIndex: parentIndex, with: xml)
        }
    }

    func metadata(type: Int32, uri: String?, flags: NetworkUpdateFlags) throws(VirtError) -> String {
        try flags.require([.live, .config], in: "testNetworkGetMetadata", from: .test)
        if flags.isSuperset(of: [.live, .config]) {
            throw .refused(
                "virNetworkGetMetadata", "flags",
                "Flags 'VIR_NETWORK_UPDATE_AFFECT_LIVE' and 'VIR_NETWORK_UPDATE_AFFECT_CONFIG' are mutually exclusive",
                from: .network)
        }
        let network = try current()
        let places = try flags.places(isActive: network.isActive, isPersistent: network.isPersistent)
        let definition = places.contains(.config) ? network.persistent : network.live
        return try (definition ?? network.definition).metadata(ofType: type, uri: uri)
    }

    func setMetadata(
        type: Int32, metadata: String?, key: String?, uri: String?, flags: NetworkUpdateFlags
    ) async throws(VirtError) {
        try flags.require([.live, .config], in: "testNetworkSetMetadata", from: .test)
        let told = Event.networkMetadataChange(
            NetworkMetadataChangeEvent(network: reference, type: type, nsuri: uri))
        try await change(documentsFor: flags, telling: told) { (definition) throws(VirtError) in
            try definition.setMetadata(ofType: type, to: metadata, key: key, uri: uri)
        }
    }

    /// Changes the documents that are meant, all or none.
    private func change(
        documentsFor flags: NetworkUpdateFlags, telling event: Event? = nil,
        _ body: @escaping @Sendable (inout NetworkDefinition) throws(VirtError) -> Void
    ) async throws(VirtError) {
        try await networks.change(reference.uuid, orElse: missing, telling: events) {
            (network, told) throws(VirtError) in
            let places = try flags.places(isActive: network.isActive, isPersistent: network.isPersistent)
            var (next, live) = (network.persistent, network.live)
            if places.contains(.config), var definition = next {
                try body(&definition)
                next = definition
            }
            if places.contains(.live), var definition = live {
                try body(&definition)
                live = definition
            }
            (network.persistent, network.live) = (next, live)
            if let event { told.append(event) }
        }
    }
}
