import TestDriver
import Testing
import Virt
import VirtDriver

@Suite("test:///default")
struct StandardHostTests {
    private let driver = TestDriver()

    private func open(_ uri: String = "test:///default") async throws -> any DriverConnection {
        try #require(try await driver.open(OpenRequest(ConnectionURI(uri), for: .thisProcess())))
    }

    private func error(_ call: () async throws -> Void) async -> VirtError? {
        do {
            try await call()
            return nil
        } catch {
            return error as? VirtError
        }
    }

    @Test("a driver that opens no files refuses every path, without looking whether something is there")
    func paths() async {
        let driver = TestDriver(opensFiles: false)
        for path in ["/etc/shadow", "/no/such", "/default/"] {
            let refused = await error {
                _ = try await driver.open(
                    OpenRequest(ConnectionURI("test://" + path), for: .thisProcess(readOnly: true)))
            }
            #expect(refused?.code == .operationDenied)
        }
        #expect(
            await error {
                _ = try await driver.open(
                    OpenRequest(ConnectionURI("test:///default"), for: .thisProcess(readOnly: true)))
            } == nil
        )
    }

    @Test("has one domain, which runs with number 1")
    func standardDomain() async throws {
        let hypervisor = try await open().hypervisor
        let list = try await hypervisor.listAllDomains(flags: [])
        #expect(list.map(\.name) == ["test"])
        #expect(list.map(\.id) == [1])
        #expect(list.map(\.uuid) == [UUID("6695eb01-f6a4-8304-79aa-97f2502e193f")])
        let domain = try hypervisor.domain(list[0])
        let info = try await domain.info()
        #expect(info.maxMem == 8_388_608)
        #expect(info.memory == 2_097_152)
        #expect(info.nrVirtCpu == 2)
        #expect(try await domain.state(flags: 0) == DomainStateReply(state: 1, reason: 0))
    }

    @Test("the disk of its domain has a size, counters and an error, and takes limits")
    func blocks() async throws {
        let hypervisor = try await open().hypervisor
        let domain = try hypervisor.domain(try await hypervisor.domainLookupByName(name: "test"))
        let info = try await domain.blockInfo(path: "/guest/diskimage1", flags: 0)
        #expect(info.capacity == 1_099_506_450_432)
        #expect(info.allocation == 1_099_511_627_776)
        #expect(await error { _ = try await domain.blockInfo(path: "vdx", flags: 0) }?.code == .invalidArg)
        let stats = try await domain.blockStats(path: "vda")
        #expect(stats.rdReq / 2 == stats.rdBytes)
        #expect(
            await error { _ = try await domain.blockStats(path: "") }?.message
                == "Operation not supported: summary statistics are not supported yet")
        let errors = try await domain.diskErrors(flags: 0)
        #expect(errors == [DomainDiskError(disk: "vda", error: 1)])
    }

    @Test("limits of a made-up disk are changed one by one")
    func limits() async throws {
        let hypervisor = try await open().hypervisor
        let domain = try hypervisor.domain(try await hypervisor.domainLookupByName(name: "test"))
        func set(_ name: String, _ value: UInt64) async -> VirtError? {
            await error {
                try await domain.setBlockIoTune(
                    disk: "vda", parameters: [TypedParameter(name, .ullong(value))], flags: [])
            }
        }
        #expect(
            await set("total_bytes_sec", 5)?.message
                == "invalid argument: total_bytes_sec cannot be set higher than total_bytes_sec_max")
        #expect(await set("total_bytes_sec_max", 500) == nil)
        #expect(await set("total_bytes_sec", 500) == nil)
        #expect(
            await set("read_bytes_sec", 5)?.message
                == "invalid argument: total and read/write of bytes_sec cannot be set at the same time")
        #expect(await set("foo", 5)?.code == .argumentUnsupported)
        let told = try await domain.blockIoTune(disk: "vda", flags: [])
        #expect(told.count == 20)
        #expect(
            told.filter { $0.value == .ullong(500) }.map(\.field) == [
                "total_bytes_sec", "total_bytes_sec_max",
            ])
    }

    @Test("the document of its domain, filled in, is the one that clients know")
    func dump() async throws {
        let hypervisor = try await open().hypervisor
        let domain = try hypervisor.domain(try await hypervisor.domainLookupByName(name: "test"))
        let lines = try await domain.xmlDesc(flags: []).split(separator: "\n").map(String.init)
        #expect(lines.first == "<domain type='test' id='1'>")
        #expect(lines.contains("  <memory unit='KiB'>8388608</memory>"))
        #expect(lines.contains("  <vcpu placement='static'>2</vcpu>"))
        #expect(lines.contains("    <boot dev='hd'/>"))
        #expect(lines.contains("  <on_crash>destroy</on_crash>"))
        #expect(lines.count == 31)
    }

    @Test("connections share it while there is one, and the next one finds it new")
    func sharing() async throws {
        let (first, second) = (try await open(), try await open())
        let reference = try await first.hypervisor.domainLookupByName(name: "test")
        try await first.hypervisor.domain(reference).suspend()
        #expect(
            try await second.hypervisor.domain(reference).state(flags: 0).state == DomainState.paused.rawValue
        )
        await first.close()
        await first.close()
        #expect(
            try await second.hypervisor.domain(reference).state(flags: 0).state == DomainState.paused.rawValue
        )
        await second.close()
        let third = try await open()
        #expect(
            try await third.hypervisor.domain(reference).state(flags: 0).state == DomainState.running.rawValue
        )
        await third.close()
    }

    @Test("another driver's URI is left to it, and one without a path is refused")
    func uris() async throws {
        #expect(
            try await driver.open(OpenRequest(ConnectionURI("qemu:///system"), for: .thisProcess())) == nil)
        let refused = await error {
            _ = try await driver.open(OpenRequest(ConnectionURI("test:///"), for: .thisProcess()))
        }
        #expect(refused?.message == "invalid argument: testOpen: supply a path or use test:///default")
    }

    @Test("errors say what clients know")
    func messages() async throws {
        let hypervisor = try await open().hypervisor
        #expect(
            await error { _ = try await hypervisor.domainLookupByName(name: "x") }?.message
                == "Domain not found")
        let reference = try await hypervisor.domainLookupByName(name: "test")
        let domain = try hypervisor.domain(reference)
        #expect(
            await error { try await domain.resume() }?.message == "internal error: domain 'test' not paused")
        #expect(
            await error { try await domain.create() }?.message
                == "internal error: Domain 'test' is already running")
        #expect(
            await error { _ = try await hypervisor.listAllDomains(flags: .init(rawValue: 0x10000)) }?.message
                == "unsupported flags (0x10000) in function testConnectListAllDomains")
        let dump = try await domain.xmlDesc(flags: [])
        #expect(
            await error { _ = try await hypervisor.domainCreateXML(xml: dump, flags: []) }?.message
                == "Requested operation is not valid: domain 'test' is already active")
        try await domain.undefine()
        try await domain.destroy()
        #expect(
            await error { _ = try hypervisor.domain(reference) }?.message
                == "Domain not found: no domain with matching uuid '\(reference.uuid)' (test)")
    }

    @Test("memory and vcpus keep within their bounds, live and persistent apart")
    func resources() async throws {
        let hypervisor = try await open().hypervisor
        let domain = try hypervisor.domain(try await hypervisor.domainLookupByName(name: "test"))
        try await domain.setVcpusFlags(nvcpus: 1, flags: .live)
        #expect(try await domain.vcpusFlags(flags: .live) == 1)
        #expect(try await domain.vcpusFlags(flags: .config) == 2)
        #expect(
            await error { try await domain.setVcpus(nvcpus: 3) }?.message
                == "invalid argument: requested cpu amount exceeds maximum (3 > 2)")
        #expect(
            await error { try await domain.setVcpusFlags(nvcpus: 40, flags: .config) }?.message
                == "invalid argument: requested cpu amount exceeds maximum supported amount (40 > 32)")
        #expect(
            await error { try await domain.setMemory(memory: .max) }?.code == .overflow)
        #expect(
            await error { try await domain.setMemory(memory: 9_000_000) }?.message
                == "invalid argument: cannot set memory higher than max memory")
        #expect(await error { try await domain.setMaxMemory(memory: 1024) }?.code == .operationInvalid)
    }

    @Test("the host's facts are the known ones")
    func host() async throws {
        let hypervisor = try await open().hypervisor
        #expect(try await hypervisor.type() == "TEST")
        #expect(try await hypervisor.uri() == "test:///default")
        #expect(
            try await hypervisor.nodeCellsFreeMemory(startCell: 0, maxcells: 4) == [2_097_152, 4_194_304])
        #expect(
            await error { _ = try await hypervisor.nodeCellsFreeMemory(startCell: 5, maxcells: 4) } != nil)
        #expect(
            try await hypervisor.capabilities().contains(
                "<cpu id='15' socket_id='1' die_id='0' cluster_id='0' core_id='7' siblings='15'/>"))
        #expect(await error { _ = try await hypervisor.domainRestore(from: "/x") }?.code == .systemError)
    }
}
