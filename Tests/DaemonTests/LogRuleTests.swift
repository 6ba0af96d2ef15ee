import LinuxSystem
import Logging
import Testing
import Virt

@testable import Daemon

/// The log's filters and outputs, in libvirt's words.
struct LogRuleTests {
    private static let log = DaemonLog(.standardError, path: nil, isVerbose: false)

    @Test("the last filter that names a part decides how much of it is written, and others go by the rest")
    func filters() throws {
        let log = DaemonLog(.standardError, path: nil, isVerbose: false)
        #expect(log.level(of: "qemu") == .info)
        try log.setFilters("3:q 1:qemu  4:net")
        #expect(log.level(of: "qemu") == .trace)
        #expect(log.level(of: "network") == .error)
        #expect(log.level(of: "storage") == .info)
        #expect(log.filters.text == "3:*q* 1:*qemu* 4:*net* ")
        #expect(log.filters.count == 3)
        #expect(throws: VirtError.self) { try log.setFilters("1:qemu 5:x") }
        #expect(log.filters.count == 3)
        try log.setFilters("")
        #expect(log.level(of: "qemu") == .info)
    }

    @Test(
        "what is no output is refused, and the log goes where it went",
        arguments: [
            "zz", "9:stderr", "2:zz", "2:", ":stderr", "2:stderr:x", "2:journald:x", "2:file", "2:file:",
            "2:syslog", "2:file:/nowhere/at/all", "2:stderr 3:",
        ])
    func wrongOutputs(text: String) {
        #expect(throws: VirtError.self) { try Self.log.setOutputs(text) }
        #expect(Self.log.outputs.text == "2:stderr")
    }

    @Test("lines go to each output from its importance on, as one line each")
    func outputs() throws {
        let folder = "/tmp/roost-log-\(UUID.random())"
        try FileSystem.makeDirectory(folder, mode: 0o700)
        defer { try? FileSystem.removeTree(folder) }
        let (all, some) = (folder + "/all", folder + "/some")
        let log = DaemonLog(.standardError, path: nil, isVerbose: false)
        try log.setOutputs("1:file:\(all) 3:file:\(some)")
        #expect(log.outputs.text == "1:file:\(all) 3:file:\(some)")
        let logger = log.logger("part")
        logger.info("one\ntwo")
        logger.warning("three")
        logger.debug("never")
        #expect(
            try FileSystem.readText(all).split(separator: "\n").map { $0.drop { $0 != "p" } }
                == ["part: one\\0atwo", "part: three"])
        #expect(try FileSystem.readText(some).split(separator: "\n").count == 1)
    }
}
