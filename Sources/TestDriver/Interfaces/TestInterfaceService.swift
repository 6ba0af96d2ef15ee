import ByteText
import DriverKit
import Synchronization
import Virt
import VirtDriver
import VirtXML
import XMLBinding

/// A network interface of the test host.
struct TestInterfaceState: Sendable {
    var definition: HostInterfaceDefinition
    var isActive = false

    var name: String { definition.name ?? "" }
    var reference: InterfaceReference { InterfaceReference(name: name, mac: definition.mac ?? "") }
}

/// The network interfaces of the test host, and a change of several that can be taken back as one.
final class TestInterfaceService: InterfaceService {
    private struct State {
        var interfaces: [TestInterfaceState] = []
        /// What there was before the change that is going on.
        var former: [TestInterfaceState]?
    }

    private let state = Mutex(State())

    /// Reads an interface's document.
    static func definition(_ text: String) throws(VirtError) -> HostInterfaceDefinition {
        try HostInterfaceDefinition(document: text, [], from: .interface)
    }

    func add(_ definition: HostInterfaceDefinition, isActive: Bool) {
        state.withLock { state in
            if let name = definition.name,
                let index = state.interfaces.firstIndex(where: { $0.name.hasSameBytes(as: name) })
            {
                state.interfaces[index].definition = definition
            } else {
                state.interfaces.append(TestInterfaceState(definition: definition, isActive: isActive))
            }
        }
    }

    /// Changes an interface, or removes it where `body` makes it nil.
    func change<Result: Sendable>(
        _ name: String, _ body: (inout TestInterfaceState?) throws(VirtError) -> Result
    ) throws(VirtError) -> Result {
        try state.withLock { (state) throws(VirtError) -> Result in
            guard let index = state.interfaces.firstIndex(where: { $0.name.hasSameBytes(as: name) }) else {
                throw Self.missing("name '\(name)'")
            }
            var interface: TestInterfaceState? = state.interfaces[index]
            let result = try body(&interface)
            state.interfaces.replaceSubrange(index...index, with: interface.map { [$0] } ?? [])
            return result
        }
    }

    private static func missing(_ what: String) -> VirtError {
        VirtError(.noInterface, "no interface with matching \(what)", from: .test)
    }

    // MARK: Find and list

    func interface(_ reference: InterfaceReference) -> any InterfaceOperations {
        TestInterface(name: reference.name, service: self)
    }

    func interfaceLookupByName(name: String) throws(VirtError) -> InterfaceReference {
        if let found = all.first(where: { $0.name.hasSameBytes(as: name) }) { return found.reference }
        throw Self.missing("name '\(name)'")
    }

    func interfaceLookupByMACString(mac: String) throws(VirtError) -> InterfaceReference {
        let found = all.filter { $0.definition.mac?.lowercased() == mac.lowercased() }
        if found.count > 1 { throw VirtError(.multipleInterfaces, from: .test) }
        guard let only = found.first else { throw Self.missing("mac '\(mac)'") }
        return only.reference
    }

    private var all: [TestInterfaceState] { state.withLock { $0.interfaces } }

    func listAllInterfaces(flags: ConnectListAllInterfacesFlags) throws(VirtError) -> [InterfaceReference] {
        try flags.require([.inactive, .active], in: "testConnectListAllInterfaces", from: .test)
        return all.filter { flags.isEmpty || flags.contains($0.isActive ? .active : .inactive) }.map(
            \.reference)
    }

    func listInterfaces() -> [String] { all.filter(\.isActive).map(\.name) }
    func listDefinedInterfaces() -> [String] { all.filter { !$0.isActive }.map(\.name) }
    func numOfInterfaces() -> Int32 { Int32(clamping: listInterfaces().count) }
    func numOfDefinedInterfaces() -> Int32 { Int32(clamping: listDefinedInterfaces().count) }

    // MARK: Change

    func interfaceDefineXML(xml: String, flags: InterfaceDefineFlags) async throws(VirtError)
        -> InterfaceReference
    {
        try flags.require(.validate, in: "testInterfaceDefineXML", from: .test)
        try await DocumentSchema.interface.check(xml, if: flags.contains(.validate))
        let definition = try Self.definition(xml)
        add(definition, isActive: false)
        return TestInterfaceState(definition: definition).reference
    }

    func interfaceChangeBegin(flags: UInt32) throws(VirtError) {
        try flags.require(in: "testInterfaceChangeBegin", from: .test)
        try state.withLock { (state) throws(VirtError) in
            if state.former != nil {
                throw VirtError(.operationInvalid, "there is another transaction running.", from: .test)
            }
            state.former = state.interfaces
        }
    }

    func interfaceChangeCommit(flags: UInt32) throws(VirtError) {
        try flags.require(in: "testInterfaceChangeCommit", from: .test)
        try endChange("be committed") { _ in }
    }

    func interfaceChangeRollback(flags: UInt32) throws(VirtError) {
        try flags.require(in: "testInterfaceChangeRollback", from: .test)
        try endChange("rollback") { $0.interfaces = $0.former ?? $0.interfaces }
    }

    private func endChange(_ what: String, _ body: (inout State) -> Void) throws(VirtError) {
        try state.withLock { (state) throws(VirtError) in
            if state.former == nil {
                let message = "no transaction running, nothing to \(what)."
                throw VirtError(.operationInvalid, message, from: .test)
            }
            body(&state)
            state.former = nil
        }
    }
}
