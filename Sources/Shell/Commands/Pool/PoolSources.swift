import Roost
import Virt

extension Command {
    static let findStoragePoolSourcesAs = Command(
        "find-storage-pool-sources-as", "find potential storage pool sources",
        description: "Print what storage pools of a type could be made from.",
        options: [
            .required("type", "type of storage pool sources to find"),
            .value("host", "optional host to query"), .value("port", "optional port to query"),
            .value("initiator", "optional initiator IQN to use for query"),
        ]
    ) { session, arguments in
        let type = try arguments.required("type")
        let initiator = try arguments.string("initiator")
        var text: XMLLines?
        if let host = try arguments.string("host") {
            var source = XMLLines()
            source.open("source")
            source.add("host", ("name", host), ("port", try arguments.string("port")))
            if let initiator {
                source.open("initiator")
                source.add("iqn", ("name", initiator))
                source.close("initiator")
            }
            source.close("source")
            text = source
        }
        try await session.printSources(type, text?.text)
    }

    static let findStoragePoolSources = Command(
        "find-storage-pool-sources", "discover potential storage pool sources",
        description: "Print what storage pools of a type could be made from.",
        options: [
            .required("type", "type of storage pool sources to discover"),
            .value("srcSpec", "optional file of source xml to query for pools", complete: .path),
        ]
    ) { session, arguments in
        let type = try arguments.required("type")
        let file = try arguments.string("srcSpec")
        var text: String?
        if let file { text = try await session.read(file: file) }
        try await session.printSources(type, text)
    }

    static let poolCapabilities = Command(
        "pool-capabilities", "storage pool capabilities",
        description: "Print which types of storage pools there can be.", options: []
    ) { session, _ in
        let connection = try await session.connected()
        session.output.print(
            try await explaining("failed to get storage pool capabilities") {
                try await connection.storagePoolCapabilities(flags: 0)
            })
    }
}

extension Session {
    fileprivate func printSources(_ type: String, _ text: String?) async throws {
        let connection = try await connected()
        output.print(
            try await explaining("Failed to find any \(type) pool sources") {
                try await connection.findStoragePoolSources(type: type, srcSpec: text, flags: 0)
            })
    }
}
