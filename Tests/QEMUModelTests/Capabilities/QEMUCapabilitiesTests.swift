import JSON
import PublishedData
import QEMUCorpus
import Testing

@testable import QEMUModel

private let folder = "support/qemucapabilitiesdata"

@Suite struct QEMUCapabilitiesTests {
    @Test("every published QEMU is understood", .published, arguments: Published.names(in: folder))
    func published(file: String) throws {
        let name = String(file.dropFirst("caps_".count).dropLast(".replies".count))
        let capabilities = try #require(try Published.capabilities(name))
        let parts = name.split(separator: "_", maxSplits: 1)
        try check(capabilities, String(parts[1].prefix { $0 != "+" }))
        #expect((capabilities.accelerations[.hvf] != nil) == name.contains("+hvf"))
    }

    @Test("every recorded QEMU is understood", arguments: RecordedQEMU.allCases)
    func recorded(_ qemu: RecordedQEMU) throws { try check(qemu.capabilities(), qemu.architecture) }

    private func check(_ capabilities: QEMUCapabilities, _ architecture: String) throws {
        #expect(capabilities.version.number >= 6_001_050 && capabilities.version.number < 10_001_000)
        #expect(capabilities.architecture == architecture)
        #expect(!capabilities.types.isEmpty && capabilities.schema.knows("query-status"))
        for acceleration in capabilities.accelerations.values { #expect(!acceleration.machines.isEmpty) }
        #expect(!capabilities.accelerations.isEmpty)
    }

    @Test("machines are known by alias and by name")
    func machines() throws {
        let capabilities = try RecordedQEMU.newX86.capabilities()
        let kvm = try #require(capabilities.accelerations[.kvm])
        #expect(kvm.machine(named: "pc")?.name == "pc-i440fx-10.0")
        #expect(kvm.machine(named: "pc-q35-10.0")?.alias == "q35")
        #expect(kvm.machine(named: "none") == nil)
        #expect(kvm.defaultMachine(of: "x86_64")?.alias == "pc")
        #expect(capabilities.accelerations[.tcg]?.cpuModels.isEmpty == false)
    }

    @Test("the schema is asked by path")
    func schema() throws {
        let schema = try RecordedQEMU.newX86.capabilities().schema
        #expect(schema.has("blockdev-add", "file", "aio", "io_uring"))
        #expect(schema.has("blockdev-add", "qcow2", "discard-no-unref"))
        #expect(!schema.has("blockdev-add", "qcow2", "no-such-thing"))
        #expect(schema.has("object-add", "memory-backend-file"))
        #expect(schema.has("query-block", "->", "inserted"))
        #expect(schema.knows("SHUTDOWN") && !schema.knows("no-such-command"))
    }

    @Test("what is recorded is read back")
    func record() throws {
        let exchanges = try RecordedQEMU.newX86.exchanges()
        #expect(try QEMUExchange.recorded(in: QEMUExchange.record(exchanges)) == exchanges)
    }
}

@Suite struct QEMUProbeErrorTests {
    @Test("a QEMU that says nothing useful is named")
    func incomplete() {
        let exchange = QEMUExchange(command: "query-target", arguments: nil, answer: ["return": [:]])
        #expect(throws: QEMUProbeError.self) {
            try QEMUCapabilities(emulator: "/bin/true", exchanges: [exchange])
        }
    }
}
