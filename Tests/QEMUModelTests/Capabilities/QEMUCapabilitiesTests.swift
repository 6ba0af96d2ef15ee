import JSON
import QEMUCorpus
import Testing

@testable import QEMUModel

private let folder = "support/qemucapabilitiesdata"

@Suite(.enabled(if: Corpus.isPresent)) struct QEMUCapabilitiesTests {
    @Test("every recorded QEMU is understood", arguments: Corpus.names(in: folder))
    func all(file: String) throws {
        let name = String(file.dropFirst("caps_".count).dropLast(".replies".count))
        let capabilities = try #require(try Corpus.capabilities(name))
        let parts = name.split(separator: "_", maxSplits: 1)
        #expect(capabilities.version.number >= 6_001_050 && capabilities.version.number <= 10_000_000)
        #expect(capabilities.architecture == parts[1].prefix { $0 != "+" })
        #expect(!capabilities.types.isEmpty && capabilities.schema.knows("query-status"))
        for acceleration in capabilities.accelerations.values { #expect(!acceleration.machines.isEmpty) }
        #expect(!capabilities.accelerations.isEmpty)
        #expect((capabilities.accelerations[.hvf] != nil) == name.contains("+hvf"))
    }

    @Test("machines are known by alias and by name")
    func machines() throws {
        let capabilities = try #require(try Corpus.capabilities("10.0.0_x86_64"))
        let kvm = try #require(capabilities.accelerations[.kvm])
        #expect(kvm.machine(named: "pc")?.name == "pc-i440fx-10.0")
        #expect(kvm.machine(named: "pc-q35-10.0")?.alias == "q35")
        #expect(kvm.machine(named: "none") == nil)
        #expect(kvm.defaultMachine?.alias == "pc")
        #expect(capabilities.accelerations[.tcg]?.cpuModels.isEmpty == false)
    }

    @Test("the schema is asked by path")
    func schema() throws {
        let schema = try #require(try Corpus.capabilities("10.0.0_x86_64")).schema
        #expect(schema.has("blockdev-add", "file", "aio", "io_uring"))
        #expect(schema.has("blockdev-add", "qcow2", "discard-no-unref"))
        #expect(!schema.has("blockdev-add", "qcow2", "no-such-thing"))
        #expect(schema.has("object-add", "memory-backend-file"))
        #expect(schema.has("query-block", "->", "inserted"))
        #expect(schema.knows("SHUTDOWN") && !schema.knows("no-such-command"))
    }

    @Test("what is recorded is read back")
    func record() throws {
        let text = try #require(Corpus.bytes(folder + "/caps_7.2.0_x86_64.replies"))
        let exchanges = try QEMUExchange.recorded(in: text)
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
