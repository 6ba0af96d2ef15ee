import Leases
import LinuxSystem

// dnsmasq calls this program when a lease comes, changes or goes, and when it begins.
func fail(_ message: String) -> Never {
    try? Descriptor.standardError.writeAll(Array("roost-leases: \(message)\n".utf8))
    ThisProcess.exit(1)
}

guard let path = ThisProcess.environment("ROOST_LEASE_FILE") else {
    fail("dnsmasq calls this program; ROOST_LEASE_FILE says where the leases are kept")
}
guard let news = LeaseNews(Array(ThisProcess.arguments().dropFirst()), ThisProcess.environment) else {
    fail("usage: roost-leases add|old|del|init MAC ADDRESS [HOSTNAME]")
}
let file = LeaseFile(path)
if news == .begins {
    print(LeaseNews.history(file.read()), terminator: "")
} else {
    do throws(SystemError) { try file.write(news.applied(to: file.read())) } catch { fail("\(error)") }
}
