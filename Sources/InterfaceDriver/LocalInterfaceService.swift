import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

/// The network interfaces of this host as its clients see them.
struct LocalInterfaceService: InterfaceService {
    let driver: InterfaceDriver

    func interface(_ reference: InterfaceReference) -> any InterfaceOperations {
        InterfaceCalls(driver: driver, name: reference.name)
    }

    func interfaceLookupByName(name: String) async throws(VirtError) -> InterfaceReference {
        try await Blocking.run { () throws(VirtError) in
            if let found = driver.links.named(name) { return found.reference }
            if let kept = try driver.kept(name) { return kept }
            throw VirtError(.noInterface, "couldn't find interface named '\(name)'", from: .interface)
        }
    }

    func interfaceLookupByMACString(mac: String) async throws(VirtError) -> InterfaceReference {
        let found = await Blocking.run { driver.links.all().filter { $0.address.hasSameBytes(as: mac) } }
        guard let first = found.first else {
            let message = "couldn't find interface with MAC address '\(mac)'"
            throw VirtError(.noInterface, message, from: .interface)
        }
        guard found.count == 1 else {
            let message = "the MAC address '\(mac)' matches multiple interfaces"
            throw VirtError(.multipleInterfaces, message, from: .interface)
        }
        return first.reference
    }

    func listAllInterfaces(
        flags: ConnectListAllInterfacesFlags
    ) async throws(VirtError) -> [InterfaceReference] {
        try flags.require([.inactive, .active], in: "udevConnectListAllInterfaces", from: .interface)
        return try await Blocking.run { () throws(VirtError) in
            let all = driver.links.all()
            let links = all.filter { flags.isEmpty || flags.contains($0.isActive ? .active : .inactive) }
            let others = flags.isEmpty || flags.contains(.inactive) ? try driver.onlyKept(beside: all) : []
            return links.map(\.reference) + others
        }
    }

    func listInterfaces() async throws(VirtError) -> [String] {
        await Blocking.run { driver.links.all().filter(\.isActive).map(\.name) }
    }

    /// Those that are switched off, and those that are only defined.
    func listDefinedInterfaces() async throws(VirtError) -> [String] {
        try await Blocking.run { () throws(VirtError) in
            let all = driver.links.all()
            let off = all.filter { $0.state.hasSameBytes(as: "down") }.map(\.name)
            return off + (try driver.onlyKept(beside: all)).map(\.name)
        }
    }

    func numOfInterfaces() async throws(VirtError) -> Int32 {
        Int32(clamping: try await listInterfaces().count)
    }
    func numOfDefinedInterfaces() async throws(VirtError) -> Int32 {
        Int32(clamping: try await listDefinedInterfaces().count)
    }

    // MARK: Change

    func interfaceDefineXML(
        xml: String, flags: InterfaceDefineFlags
    ) async throws(VirtError) -> InterfaceReference {
        let ifupdown = try driver.changed("virInterfaceDefineXML")
        try flags.require(.validate, in: "interfaceDefineXML", from: .interface)
        try await DocumentSchema.interface.check(xml, if: flags.contains(.validate))
        let definition = try HostInterfaceDefinition(document: xml, [], from: .interface)
        return try await Blocking.run { () throws(VirtError) in
            try ifupdown.define(definition)
            let name = definition.name ?? ""
            return driver.links.named(name)?.reference
                ?? InterfaceReference(name: name, mac: definition.mac ?? "")
        }
    }

    func interfaceChangeBegin(flags: UInt32) async throws(VirtError) {
        let ifupdown = try driver.changed("virInterfaceChangeBegin")
        try flags.require(in: "interfaceChangeBegin", from: .interface)
        try await Blocking.run { () throws(VirtError) in try ifupdown.begin() }
    }

    func interfaceChangeCommit(flags: UInt32) async throws(VirtError) {
        let ifupdown = try driver.changed("virInterfaceChangeCommit")
        try flags.require(in: "interfaceChangeCommit", from: .interface)
        try await Blocking.run { () throws(VirtError) in try ifupdown.commit() }
    }

    func interfaceChangeRollback(flags: UInt32) async throws(VirtError) {
        let ifupdown = try driver.changed("virInterfaceChangeRollback")
        try flags.require(in: "interfaceChangeRollback", from: .interface)
        try await Blocking.run { () throws(VirtError) in try ifupdown.rollback() }
    }
}

extension InterfaceDriver {
    /// What changes interfaces on this host; throws "not supported" where nothing does.
    func changed(_ function: String) throws(VirtError) -> Ifupdown {
        if let ifupdown, ifupdown.isUsed { return ifupdown }
        throw .notSupported(function)
    }

    /// The interface of this name that is defined, if there is one.
    func kept(_ name: String) throws(VirtError) -> InterfaceReference? {
        try ifupdown?.definition(name).map { InterfaceReference(name: name, mac: $0.mac ?? "") }
    }

    /// The interfaces that are defined and of which there is no link.
    func onlyKept(beside links: [HostLinks.Link]) throws(VirtError) -> [InterfaceReference] {
        let known = Set(links.map { ByteName($0.name) })
        let kept = try ifupdown?.names() ?? []
        // A bridge's port isn't among the links, and there all the same.
        return kept.filter { !known.contains(ByteName($0)) && self.links.named($0) == nil }.map {
            InterfaceReference(name: $0, mac: "")
        }
    }
}
