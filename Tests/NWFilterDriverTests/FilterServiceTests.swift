import DriverKit
import LinuxSystem
import Logging
import Testing
import Virt
import VirtDriver
import VirtXML

@testable import NWFilterDriver

/// Filters and bindings on disk, without links to have rules for.
@Suite struct FilterServiceTests {
    /// A folder of this test's, and the service of a daemon on it.
    private final class Host {
        let root: String

        init() throws { root = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/roost-filters-") }
        deinit { try? FileSystem.removeTree(root) }

        func service() async throws -> any NWFilterService {
            let driver = NWFilterDriver(
                StateLayout(root: root), events: EventHub(), log: Logger(label: "test"))
            try await driver.start()
            return LocalFilterService(driver: driver)
        }
    }

    private let binding = """
        <filterbinding><owner><name>d</name><uuid>11111111-1111-1111-1111-111111111111</uuid></owner>
        <portdev name='roostnix0'/><mac address='52:54:00:00:00:01'/><filterref filter='clean-traffic'/></filterbinding>
        """

    @Test("a host begins with the stock filters, and one that is removed doesn't come back")
    func stock() async throws {
        let host = try Host()
        let service = try await host.service()
        #expect(try await service.numOfNWFilters() == 24)
        try await service.nwfilter(service.nwFilterLookupByName(name: "allow-arp")).undefine()
        #expect(try await host.service().listNWFilters().count == 23)
    }

    @Test("what is defined and bound is found by the next daemon as it was")
    func restart() async throws {
        let host = try Host()
        let service = try await host.service()
        let filter = try await service.nwFilterDefineXML(
            xml: "<filter name='f'><rule action='drop' direction='in'/></filter>")
        let bound = try await service.nwFilterBindingCreateXML(xml: binding, flags: [])
        let next = try await host.service()
        let documents = (
            try await service.nwfilter(filter).xmlDesc(flags: 0),
            try await service.nwfilterBinding(bound).xmlDesc(flags: 0)
        )
        #expect(try await next.nwfilter(filter).xmlDesc(flags: 0) == documents.0)
        #expect(try await next.nwfilterBinding(bound).xmlDesc(flags: 0) == documents.1)
        try await next.nwfilterBinding(bound).delete()
        #expect(try await host.service().listAllNWFilterBindings(flags: 0).isEmpty)
    }

    @Test("a filter that a card has can't be removed, nor one that this refers to")
    func inUse() async throws {
        let host = try Host()
        let service = try await host.service()
        _ = try await service.nwFilterBindingCreateXML(xml: binding, flags: [])
        for name in ["clean-traffic", "no-arp-ip-spoofing"] {
            let filter = try await service.nwFilterLookupByName(name: name)
            await #expect(throws: VirtError.self) { try await service.nwfilter(filter).undefine() }
        }
    }

    @Test(
        "names that are no file's are refused",
        arguments: ["a/b", "..", ".", "a&#10;b", "a&#x85;/../b"])
    func names(_ name: String) async throws {
        let host = try Host()
        let service = try await host.service()
        await #expect(throws: VirtError.self) {
            _ = try await service.nwFilterDefineXML(xml: "<filter name='\(name)'/>")
        }
        await #expect(throws: VirtError.self) {
            let text = binding.replacing("roostnix0", with: name)
            _ = try await service.nwFilterBindingCreateXML(xml: text, flags: [])
        }
    }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String {
        split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
    }
}
