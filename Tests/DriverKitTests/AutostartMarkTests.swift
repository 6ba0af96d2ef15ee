import Glibc
import LinuxSystem
import Testing

@testable import DriverKit

@Suite("What says that guests have been started with the host")
struct AutostartMarkTests {
    @Test("guests start once for each start of the host, whatever its folders have kept")
    func marks() throws {
        let folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/autostart-")
        defer { try? FileSystem.removeTree(folder) }
        let mark = AutostartMark(folder: folder)
        #expect(!mark.isSet)
        #expect(mark.set() == nil)
        #expect(mark.isSet)
        try FileSystem.replace(folder + "/autostarted", with: "another start of the host\n")
        #expect(!mark.isSet)
    }

    @Test("a mark that can't be made says why")
    func fails() {
        #expect(AutostartMark(folder: "/nowhere").set()?.errno == ENOENT)
    }
}
