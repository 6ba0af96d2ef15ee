import ByteText
import DriverKit
import Synchronization
import Virt
import VirtDriver
import VirtXML

/// The filters and bindings of the host: found, listed, made.
struct LocalFilterService: NWFilterService {
    let driver: NWFilterDriver

    private var table: FilterTable { driver.table.withLock { $0 } }

    func nwfilter(_ reference: NWFilterReference) -> any NWFilterOperations {
        LocalFilter(driver: driver, uuid: reference.uuid)
    }

    func nwfilterBinding(_ reference: NWFilterBindingReference) -> any NWFilterBindingOperations {
        LocalFilterBinding(driver: driver, port: reference.portdev)
    }

    // MARK: Filters

    func nwFilterLookupByName(name: String) throws(VirtError) -> NWFilterReference {
        if let filter = table.filter(name) { return filter.reference }
        throw FilterTable.none("name '\(name)'")
    }

    func nwFilterLookupByUUID(uuid: UUID) throws(VirtError) -> NWFilterReference {
        try table.filter(uuid).reference
    }

    func numOfNWFilters() -> Int32 { Int32(clamping: table.filters.count) }

    func listNWFilters() -> [String] { filters.map(\.name) }

    private var filters: [FilterDefinition] {
        table.filters.values.sorted { ByteName($0.name) < ByteName($1.name) }
    }

    func listAllNWFilters(flags: UInt32) throws(VirtError) -> [NWFilterReference] {
        try flags.require(in: "nwfilterConnectListAllNWFilters", from: .nwfilter)
        return filters.map(\.reference)
    }

    func nwFilterDefineXML(xml: String) async throws(VirtError) -> NWFilterReference {
        try await driver.define(try FilterDefinition(document: xml, from: .nwfilter))
    }

    func nwFilterDefineXMLFlags(
        xml: String, flags: NWFilterDefineFlags
    ) async throws(VirtError) -> NWFilterReference {
        try flags.require(.validate, in: "nwfilterDefineXMLFlags", from: .nwfilter)
        try await DocumentSchema.networkFilter.check(xml, if: flags.contains(.validate))
        return try await nwFilterDefineXML(xml: xml)
    }

    // MARK: Bindings

    func nwFilterBindingLookupByPortDev(name: String) throws(VirtError) -> NWFilterBindingReference {
        try table.binding(name).reference
    }

    func listAllNWFilterBindings(flags: UInt32) throws(VirtError) -> [NWFilterBindingReference] {
        try flags.require(in: "nwfilterConnectListAllNWFilterBindings", from: .nwfilter)
        return table.bindings.sorted { $0.key < $1.key }.map(\.value.reference)
    }

    func nwFilterBindingCreateXML(
        xml: String, flags: NWFilterBindingCreateFlags
    ) async throws(VirtError) -> NWFilterBindingReference {
        try flags.require(.validate, in: "nwfilterBindingCreateXML", from: .nwfilter)
        try await DocumentSchema.networkFilterBinding.check(xml, if: flags.contains(.validate))
        let binding = try FilterBindingDefinition(document: xml, from: .nwfilter)
        if let missing = binding.missing {
            throw VirtError(.internalError, "filter binding has no \(missing)", from: .nwfilter)
        }
        try await driver.bind(binding, replacing: false)
        return binding.reference
    }
}

/// The calls on one filter.
struct LocalFilter: NWFilterOperations {
    let driver: NWFilterDriver
    let uuid: UUID

    func xmlDesc(flags: UInt32) throws(VirtError) -> String {
        try flags.require(in: "nwfilterGetXMLDesc", from: .nwfilter)
        return try driver.table.withLock { (table) throws(VirtError) in try table.filter(uuid) }
            .text(from: .nwfilter)
    }

    func undefine() async throws(VirtError) { try await driver.undefine(uuid) }
}

/// The calls on one binding.
struct LocalFilterBinding: NWFilterBindingOperations {
    let driver: NWFilterDriver
    let port: String

    func xmlDesc(flags: UInt32) throws(VirtError) -> String {
        try flags.require(in: "nwfilterBindingGetXMLDesc", from: .nwfilter)
        return try driver.table.withLock { (table) throws(VirtError) in try table.binding(port) }
            .text(from: .nwfilter)
    }

    func delete() async throws(VirtError) { try await driver.unbind(port, mustBe: true) }
}

extension FilterDefinition {
    var reference: NWFilterReference { NWFilterReference(name: name, uuid: uuid ?? .zero) }
}

extension FilterBindingDefinition {
    var reference: NWFilterBindingReference {
        NWFilterBindingReference(portdev: portDev, filtername: filter.filter)
    }
}
