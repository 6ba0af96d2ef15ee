/// One receiver protocol: an object's operations, or a service of a driver's connection.
struct Receiver {
    /// As the table writes it.
    var name: String
    /// The protocol that stands for it.
    var type: String
    var comment: String
    /// The objects that a service hands out.
    var objects: [String] = []
    /// The property of a driver's connection that is this service.
    var property: String?

    static let all: [Receiver] = [
        Receiver(
            name: "connect", type: "HypervisorService", comment: "A hypervisor: the host, its domains.",
            objects: ["domain", "domainSnapshot", "domainCheckpoint"], property: "hypervisor"),
        Receiver(
            name: "networks", type: "NetworkService", comment: "The virtual networks of a host.",
            objects: ["network", "networkPort"], property: "networks"),
        Receiver(
            name: "storage", type: "StorageService", comment: "The storage pools and volumes of a host.",
            objects: ["storagePool", "storageVol"], property: "storage"),
        Receiver(
            name: "nodeDevices", type: "NodeDeviceService", comment: "The devices of a host.",
            objects: ["nodeDevice"], property: "nodeDevices"),
        Receiver(
            name: "interfaces", type: "InterfaceService", comment: "The network interfaces of a host.",
            objects: ["interface"], property: "interfaces"),
        Receiver(
            name: "secrets", type: "SecretService", comment: "The secrets of a host.", objects: ["secret"],
            property: "secrets"),
        Receiver(
            name: "nwfilters", type: "NWFilterService", comment: "The network filters of a host.",
            objects: ["nwfilter", "nwfilterBinding"], property: "nwfilters"),
        Receiver(name: "domain", type: "DomainOperations", comment: "A domain: a guest and its definition."),
        Receiver(name: "domainSnapshot", type: "DomainSnapshotOperations", comment: "A domain's snapshot."),
        Receiver(
            name: "domainCheckpoint", type: "DomainCheckpointOperations", comment: "A domain's checkpoint."),
        Receiver(name: "network", type: "NetworkOperations", comment: "A virtual network."),
        Receiver(name: "networkPort", type: "NetworkPortOperations", comment: "A port of a virtual network."),
        Receiver(name: "storagePool", type: "StoragePoolOperations", comment: "A storage pool."),
        Receiver(name: "storageVol", type: "StorageVolOperations", comment: "A storage volume."),
        Receiver(name: "nodeDevice", type: "NodeDeviceOperations", comment: "A device of the host."),
        Receiver(name: "interface", type: "InterfaceOperations", comment: "A network interface of the host."),
        Receiver(name: "secret", type: "SecretOperations", comment: "A secret."),
        Receiver(name: "nwfilter", type: "NWFilterOperations", comment: "A network filter."),
        Receiver(
            name: "nwfilterBinding", type: "NWFilterBindingOperations", comment: "A filter bound to a port."),
    ]

    /// What the driver does for this receiver, of all programs.
    func procedures(_ tables: [Table]) -> [(program: String, procedure: Procedure)] {
        tables.flatMap { table in
            table.procedures.filter { $0.receiver == name && !$0.words.contains("manual") }.map {
                (capitalized(table.program), $0)
            }
        }
    }

    /// The service that hands out the object `name`.
    static func service(of object: String) -> Receiver? { all.first { $0.objects.contains(object) } }
}

extension Procedure {
    /// Whose function it stands for, as a sentence.
    var origin: String { (api.hasPrefix("vir") ? "libvirt's " : "Roost's own ") + "`\(api)`." }
    var isStream: Bool { words.contains("readstream") || words.contains("writestream") }
    var takesFiles: Bool { words.contains("filesin") }
    var givesFiles: Bool { words.contains("filesout") }

    /// The parameters of the Swift method, files among them.
    var signatureParameters: String {
        let list = parameterList(parameters)
        guard takesFiles else { return list }
        return list.isEmpty ? "files: [Descriptor]" : list + ", files: [Descriptor]"
    }

    /// The type that the results are in Swift, before streams and files.
    var resultType: String? {
        if results.isEmpty { return nil }
        return results.count == 1 ? results[0].type.swift : replyName ?? replyType
    }

    /// What the Swift method returns, streams and files among it.
    var returnType: String? {
        var parts = [resultType].compactMap { $0 }
        if isStream { parts.append("any DataStream") }
        if givesFiles { parts.append("[Descriptor]") }
        return parts.count > 1 ? "(\(parts.joined(separator: ", ")))" : parts.first
    }

    /// The whole declaration.
    func declaration(returning: String? = nil) -> String {
        let type = returning ?? returnType
        let arrow = type.map { " -> " + $0 } ?? ""
        return "func \(escaped(swiftMethod))(\(signatureParameters)) async throws(VirtError)\(arrow)"
    }
}

/// `Sources/VirtDriver/Generated`: a protocol a receiver, and the defaults that say "not supported".
func driverFiles(_ tables: [Table]) -> [String: String] {
    var files: [String: String] = [:]
    for receiver in Receiver.all { files[receiver.type] = driverFile(receiver, tables).text }
    return files
}

private func driverFile(_ receiver: Receiver, _ tables: [Table]) -> Source {
    let procedures = receiver.procedures(tables)
    let needsFiles = procedures.contains { $0.procedure.takesFiles || $0.procedure.givesFiles }
    var out = Source(imports: needsFiles ? ["LinuxSystem", "Virt"] : ["Virt"])
    out.line("/// \(receiver.comment)")
    out.line("///")
    out.line(
        "/// A driver writes the methods that it supports; each of the others throws `VirtError.notSupported`"
    )
    out.line("/// with the name of its function in libvirt's API.")
    out.block("public protocol \(receiver.type): Sendable") { out in
        for object in receiver.objects {
            out.line("/// The \(object) that a reference names.")
            out.line(accessor(object))
        }
        for (_, item) in procedures {
            out.line("/// \(item.origin)")
            out.line(item.declaration())
        }
    }
    out.line()
    out.block("extension \(receiver.type)") { out in
        for object in receiver.objects {
            out.line("public " + accessor(object) + " { Unsupported\(type(of: object))() }")
        }
        for (_, item) in procedures {
            out.line("public \(item.declaration()) { throw .notSupported(\"\(item.api)\") }")
        }
    }
    out.line()
    out.line("/// Stands for what a driver doesn't have: every method throws \"not supported\".")
    out.block("public struct Unsupported\(receiver.type): \(receiver.type)") { out in
        out.line("public init() {}")
    }
    return out
}

private func type(of object: String) -> String { Receiver.all.first { $0.name == object }?.type ?? "" }

private func accessor(_ object: String) -> String {
    "func \(object)(_ reference: \(referenceName(object))) throws(VirtError) -> any \(type(of: object))"
}
