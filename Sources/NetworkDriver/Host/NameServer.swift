import ByteText
import DriverKit
import Glibc
import LinuxSystem
import Virt
import VirtXML

/// The dnsmasq of a running network. It is no child of the daemon's: it runs on without it.
struct NameServer: Sendable {
    let process: ProcessHandle

    /// How long dnsmasq may take to say that it serves, and to end.
    private static let patience = Duration.seconds(10)

    /// Writes what dnsmasq reads, starts it, and waits until it serves. May wait.
    static func start(
        _ configuration: DnsmasqConfiguration, leaseHelper: String?
    ) throws(VirtError) -> NameServer {
        guard let leaseHelper else {
            throw VirtError(
                .internalError, "the program roost-leases is missing: dnsmasq can't be started without it",
                from: .network)
        }
        try write(configuration)
        guard let program = ProgramOrders.find("dnsmasq") else {
            throw VirtError(
                .internalError,
                "dnsmasq isn't installed: network '\(configuration.network.name)' can't hand out addresses (install dnsmasq-base)",
                from: .network)
        }
        let arguments = arguments(configuration, leaseHelper)
        let run = try VirtError.reporting("cannot start \(program)", from: .network) {
            () throws(SystemError) in
            let environment = [
                "VIR_BRIDGE_NAME": configuration.bridge, "ROOST_LEASE_FILE": configuration.leaseFile,
            ]
            return try ProgramRun.wait(
                for: ProgramOrders(program, arguments, environment: environment, directory: "/"),
                timeout: patience)
        }
        guard run.status.isSuccess, let server = find(configuration) else {
            throw VirtError(
                .internalError,
                "\(program) for network '\(configuration.network.name)' ended with \(run.status): \(run.errorText)",
                from: .network)
        }
        return server
    }

    /// What dnsmasq is started with.
    private static func arguments(_ configuration: DnsmasqConfiguration, _ leaseHelper: String) -> [String] {
        ["--conf-file=\(configuration.file)", "--leasefile-ro", "--dhcp-script=\(leaseHelper)"]
    }

    private static func write(_ configuration: DnsmasqConfiguration) throws(VirtError) {
        let (text, hosts, names) = (
            try configuration.text(), try configuration.hosts(), try configuration.names()
        )
        try VirtError.reporting("cannot write what dnsmasq reads", from: .network) { () throws(SystemError) in
            // dnsmasq reads the two again later, as another user.
            for (path, content) in [(configuration.hostsFile, hosts), (configuration.namesFile, names)] {
                try FileSystem.replace(path, with: content, mode: 0o644, survivesPowerCut: false)
            }
            try FileSystem.replace(configuration.file, with: text, survivesPowerCut: false)
        }
    }

    /// The one that serves a network now: the process that the network's file names, if it is that and no other.
    static func find(_ configuration: DnsmasqConfiguration) -> NameServer? {
        guard let file = configuration.pidFile, let text = try? FileSystem.readText(file, limit: 64),
            let number = Int32(text.trimmingBlanks()), let process = try? ProcessHandle(of: number),
            let words = try? FileSystem.read("/proc/\(number)/cmdline", limit: 65536)
        else { return nil }
        let wanted = Array("--conf-file=\(configuration.file)".utf8)
        return words.split(separator: 0).contains { $0.elementsEqual(wanted) }
            ? NameServer(process: process) : nil
    }

    /// Has dnsmasq read the known hosts and names again.
    static func reload(_ configuration: DnsmasqConfiguration, _ server: NameServer?) throws(VirtError) {
        try write(configuration)
        try? server?.process.signal(SIGHUP)
    }

    /// Ends it, and removes what was written for it. Waits for its end.
    func stop() {
        try? process.signal(SIGTERM)
        if !process.hasEnded(within: Self.patience) {
            try? process.signal(SIGKILL)
            _ = process.hasEnded(within: Self.patience)
        }
    }

    /// Removes the files of a network that is served no more.
    static func removeFiles(_ configuration: DnsmasqConfiguration) {
        let files = [
            configuration.file, configuration.hostsFile, configuration.namesFile, configuration.pidFile,
        ]
        for path in files.compactMap({ $0 }) { _ = try? FileSystem.remove(path) }
    }
}
