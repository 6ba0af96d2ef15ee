import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML
import XMLBinding

extension TestHost {
    /// The host that a file describes: `<node>` with `<cpu>`, and `<domain>`s in it or in files of their own.
    convenience init(file path: String) async throws(VirtError) {
        let node = try await Blocking.run { () throws(VirtError) in try TestNodeFile(path: path) }
        self.init(node: node.info)
        for domain in node.domains { try await add(domain) }
    }
}

extension TestHost {
    /// A domain of a file's, with the snapshots that it has.
    private func add(_ found: FoundDomain) async throws(VirtError) {
        try add(found.definition, found.state)
        guard !found.snapshots.isEmpty, let domain = domains[found.definition.name] else { return }
        for text in found.snapshots {
            let flags: DomainSnapshotCreateFlags =
                text.isCurrent ? [.redefine, .current] : .redefine
            _ = try await domain.snapshotCreateXML(xml: text.xml, flags: flags)
        }
    }
}

/// A domain that a file describes.
private struct FoundDomain {
    var definition: DomainDefinition
    var state: DomainState
    /// Their records, and whether each is the current one.
    var snapshots: [(xml: String, isCurrent: Bool)] = []

    mutating func add(snapshot element: XMLNode) {
        let active = element.children.first { $0.name == "active" }?.text
        snapshots.append((element.copyWithoutNamespaces(), active == "1"))
    }
}

/// What a file says about a host.
private struct TestNodeFile {
    var info = TestHost.standardNode
    var domains: [FoundDomain] = []

    private static let limit = 16 << 20
    /// The namespace of what only the test driver knows.
    private static let namespace = "http://libvirt.org/schemas/domain/test/1.0"

    /// Reads the file and those that it names; may wait.
    init(path: String) throws(VirtError) {
        let document = try Self.document(path)
        guard document.root.name == "node" else {
            throw VirtError(
                .xmlError, "expecting root element of 'node', not '\(document.root.name)'", from: .test)
        }
        do throws(XMLError) {
            for element in document.root.children {
                switch element.name {
                case "cpu": try readCPU(element)
                case "memory": try readMemory(element)
                case "domain": try readDomain(element, besides: path)
                default: break
                }
            }
        } catch {
            throw VirtError(document: error, from: .test)
        }
        withExtendedLifetime(document) {}
    }

    private static func document(_ path: String) throws(VirtError) -> XMLDocument {
        let text: String
        do throws(SystemError) { text = try FileSystem.readText(path, limit: limit) } catch {
            throw VirtError(
                code: .systemError, domain: .none, message: "Failed to open file '\(path)': \(error.reason)")
        }
        do { return try XMLDocument(text) } catch {
            throw VirtError(.xmlError, "failed to parse xml document '\(path)'", from: .test)
        }
    }

    private mutating func readMemory(_ element: XMLNode) throws(XMLError) {
        guard let memory = UInt64(element.text.removingBlanks()), memory <= UInt64.max / 1024
        else {
            throw XMLError(.xml, "invalid node memory size", value: element.text)
        }
        info.memory = memory
    }

    private mutating func readCPU(_ cpu: XMLNode) throws(XMLError) {
        for element in cpu.children {
            switch element.name {
            case "model": info.model = element.text
            case "active": info.cpus = try Self.count(element)
            case "mhz": info.mhz = try Self.count(element)
            case "nodes": info.nodes = try Self.count(element)
            case "sockets": info.sockets = try Self.count(element)
            case "cores": info.cores = try Self.count(element)
            case "threads": info.threads = try Self.count(element)
            default: break
            }
        }
    }

    private static func count(_ element: XMLNode) throws(XMLError) -> Int32 {
        if let count = Int32(element.text), count > 0 { return count }
        throw XMLError(
            .xml, "invalid node cpu \(element.name) value", value: element.text, line: element.line)
    }

    /// A domain in place, or in the file that it names, beside this one.
    private mutating func readDomain(_ element: XMLNode, besides path: String) throws(XMLError) {
        guard let file = element.attribute("file") else { return try addDomain(element) }
        let folder = FileSystem.parent(of: path) ?? "/"
        let place = file.hasBytePrefix("/") ? file : "\(folder)/\(file)"
        let document: XMLDocument
        do throws(VirtError) {
            document = try Self.document(place)
        } catch {
            throw XMLError(.xml, "failed to parse xml document '\(place)'")
        }
        try addDomain(document.root)
        withExtendedLifetime(document) {}
    }

    private mutating func addDomain(_ element: XMLNode) throws(XMLError) {
        let states = element.children.filter { $0.name == "runstate" && $0.namespace == Self.namespace }
        let number = states.first.map { Int32($0.text) ?? -1 } ?? DomainState.running.rawValue
        let state = DomainState(rawValue: number)
        guard [.running, .paused, .shutoff, .crashed, .blocked, .shutdown, .pmsuspended].contains(state)
        else {
            throw XMLError(.xml, "runstate '\(number)' out of range'")
        }
        var found = FoundDomain(
            definition: try DomainDefinition(element, options: .inactive), state: state)
        for child in element.children
        where child.name == "domainsnapshot" && child.namespace == Self.namespace {
            found.add(snapshot: child)
        }
        domains.append(found)
    }
}
