import Foundation
import JSON
import PublishedData
import QEMUCorpus
import Testing
import Virt
import XMLBinding

@testable import QEMUModel

/// Parameters of migrations: `NAME.reply` is what QEMU said, `NAME.xml` what the record of the guest says then,
/// `NAME.json` what QEMU is told to have them again.
@Suite struct MigrationParameterTests {
    private static let folder = "migration-params/qemumigparamsdata/"

    @Test("parameters are read, kept and set as libvirt does", .published)
    func all() throws {
        var count = CaseCount("migration-params")
        let names = Set(Published.names(in: Self.folder).map { $0.prefix { $0 != "." } }.map(String.init))
        for name in names.sorted() {
            let reply = Published.bytes("\(Self.folder)\(name).reply")
            let record = Published.text("\(Self.folder)\(name).xml")
            let command = Published.bytes("\(Self.folder)\(name).json")
            if let reply, let record { count.add("\(name).kept") { try Self.kept(reply, record) } }
            if let reply, let command { count.add("\(name).set") { try Self.set(reply, command) } }
            if let record { count.add("\(name).read") { try Self.read(record, command) } }
        }
        count.tell()
    }

    private static func understood(_ reply: [UInt8]) throws -> MigrationParameters {
        MigrationParameters(reply: try JSONValue(parsing: reply)["return"] ?? .null)
    }

    private static func kept(_ reply: [UInt8], _ expected: String) throws -> String {
        CaseCount.difference(expected, try Record(parameters: understood(reply)).xml())
    }

    private static func set(_ reply: [UInt8], _ expected: [UInt8]) throws -> String {
        difference(try JSONValue(parsing: expected), try understood(reply))
    }

    private static func read(_ record: String, _ command: [UInt8]?) throws -> String {
        let read = try Record(xml: record)
        let text = CaseCount.difference(record, try read.xml())
        guard text.isEmpty, let command else { return text }
        return difference(try JSONValue(parsing: command), read.parameters)
    }

    private static func difference(_ expected: JSONValue, _ actual: MigrationParameters) -> String {
        expected == .object(actual.arguments) ? "" : "- \(expected)\n+ \(JSONValue.object(actual.arguments))"
    }

    /// What stands around them in the published data.
    private struct Record: XMLRoot {
        static let elementName: StaticString = "test"
        var parameters = MigrationParameters()

        init() {}
        init(parameters: MigrationParameters) { self.parameters = parameters }

        mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            var given: MigrationParameters? = parameters
            try x.element("migParams", &given)
            parameters = given ?? MigrationParameters()
        }
    }

    @Test("what a user asks for is told to QEMU in its own words and units")
    func typed() throws {
        let given: [TypedParameter] = [
            TypedParameter("auto_converge.initial", .int(30)), TypedParameter("bandwidth", .ullong(2)),
            TypedParameter("compression", .string("zstd")), TypedParameter("compression.zstd.level", .int(9)),
            TypedParameter("parallel.connections", .int(4)),
            TypedParameter("tls.destination", .string("b.example")),
            TypedParameter("migrate_uri", .string("tcp:b")),
        ]
        let expected: JSONObject = [
            "cpu-throttle-initial": 30, "max-bandwidth": 2_097_152, "multifd-compression": "zstd",
            "multifd-zstd-level": 9, "multifd-channels": 4, "tls-hostname": "b.example",
        ]
        #expect(try MigrationParameters(given).arguments == expected)
    }

    @Test("a value that can't be is refused")
    func refused() {
        for one in [
            TypedParameter("bandwidth", .ullong(.max)), TypedParameter("parallel.connections", .int(-1)),
            TypedParameter("compression.mt.level", .string("high")), TypedParameter("compression", .int(1)),
        ] {
            #expect(throws: VirtError.self, "\(one)") { try MigrationParameters([one]) }
        }
    }

    @Test("what QEMU knows beyond libvirt's API is left alone")
    func unknown() {
        let reply: JSONValue = ["announce-max": 550, "mode": "normal", "downtime-limit": 300]
        #expect(MigrationParameters(reply: reply).arguments == ["downtime-limit": 300])
    }
}
