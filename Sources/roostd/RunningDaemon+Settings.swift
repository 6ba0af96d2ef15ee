import Daemon
import DriverKit
import HostKit
import LinuxSystem
import Logging
import VirtDriver

/// `roostd.conf`, when the daemon starts and when it is told to read it again.
extension RunningDaemon {
    /// The file: one that was named must be there.
    static func settingsFile(_ places: Places) async throws -> ConfigurationFile {
        let path = places.configurationFile
        do {
            return places.namesConfigurationFile
                ? try await ConfigurationFile(path: path) : try await ConfigurationFile(ifThere: path)
        } catch let error as SystemError {
            throw Failure(
                description: "\(path) can't be read: \(SystemError.reason(of: error.errno)); "
                    + "name another file with --config, or start without")
        }
    }

    /// What the file says of the daemon's front, and its rest, which is for the drivers.
    static func configuration(
        _ places: Places, _ file: ConfigurationFile
    ) throws(ConfigurationFileError) -> (front: Configuration, rest: ConfigurationFile) {
        var configuration = Configuration()
        if !places.isSystem { configuration.defaultURI = "qemu:///session" }
        let rest = try configuration.take(file)
        return (configuration, rest)
    }

    /// Reads the file again, and says in the log what of it counts from now on and what doesn't. A file that is wrong changes
    /// nothing.
    mutating func reload() async {
        do {
            let new = try await Self.settingsFile(places)
            let (front, rest) = try Self.configuration(places, new)
            try DriverSet.check(rest)
            let changed = new.differences(from: file)
            file = new
            server.reload(front)
            try await administration.log.take(front)
            log.info("\(new.name) was read again: \(Self.sentence(changed))")
        } catch {
            log.error("the settings stay as they were: \(error)")
        }
    }

    private static func sentence(_ changed: [String]) -> String {
        let taken = changed.filter(Configuration.reloadableKeys.contains)
        let left = changed.filter { !Configuration.reloadableKeys.contains($0) }
        var parts: [String] = []
        if !taken.isEmpty { parts.append("from now on \(taken.joined(separator: ", ")) as it says") }
        if !left.isEmpty {
            parts.append("\(left.joined(separator: ", ")) once the daemon is started again (guests run on)")
        }
        return parts.isEmpty ? "nothing has changed" : parts.joined(separator: "; ")
    }
}
