import LinuxSystem
import Virt
import VirtXML

/// The command line of a domain as a shell would take it.
struct NativeCommand {
    /// Environment, program and arguments, on one line.
    let text: String

    init(_ definition: DomainDefinition, _ qemu: QEMUCapabilities, _ configuration: QEMUConfiguration)
        throws(VirtError)
    {
        do throws(ConfigurationError) {
            var domain = definition
            try domain.prepareForStart(qemu)
            let shortName = "-1-" + String(domain.name.prefix(20))
            let folder = "\(configuration.library)/domain-\(shortName)"
            domain.placeSockets(in: configuration.channelFolder(of: folder))
            var resources = QEMUResources(
                domainFolder: folder, shortName: shortName, monitorDescriptor: GuestStart.monitorNumber)
            resources.monitorPath = folder + "/monitor.sock"
            resources.runFolder = configuration.run
            resources.vncListen = configuration.vncListen
            resources.now = { Int64(clamping: CalendarTime.now.seconds) }
            let guest = QEMUGuest(domain: domain, qemu: qemu, resources: resources)
            text = Self.text(folder, qemu.emulator, try QEMUCommandLine.arguments(for: guest))
        } catch {
            throw VirtError(error)
        }
    }

    private static func text(_ folder: String, _ program: String, _ arguments: [String]) -> String {
        let environment = [
            "LC_ALL=C", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=\(folder)",
            "XDG_DATA_HOME=\(folder)/.local/share", "XDG_CACHE_HOME=\(folder)/.cache",
            "XDG_CONFIG_HOME=\(folder)/.config",
        ]
        return (environment + [program] + arguments).map(quoted).joined(separator: " ") + "\n"
    }

    /// A word that a shell would change, in quotes.
    private static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || "+-_.,:/=@%".utf8.contains(byte)
        }
        if plain && !word.isEmpty { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
            + "'"
    }
}
