import DriverKit
import HostKit
import InterfaceDriver
import LinuxSystem
import Logging
import NWFilterDriver
import NetworkDriver
import NodeDeviceDriver
import QEMUDriver
import SecretDriver
import StorageDriver
import TestDriver
import VirtDriver

/// The drivers of this daemon: the one file that names them.
///
/// Each is made with its settings and with what it needs of the others. They start in the order of the set; what one
/// offers is in the connections of hypervisors.
extension DriverSet {
    /// - Parameters:
    ///   - file: what the daemon's front has left of `roostd.conf`, which may have settings of drivers', too.
    ///   - log: a driver's own log, by its name.
    init(
        _ places: Places, _ file: ConfigurationFile, events: EventHub, log: (String) -> Logger
    ) async throws {
        let secrets = SecretDriver(places, events: events, log: log("secret"))
        var settings = NetworkSettings()
        try settings.take(try await ConfigurationFile(ifThere: places.layout.configuration + "/network.conf"))
            .passOver(log("network"))
        let networks = NetworkDriver(places, settings, events: events, log: log("network"))
        let storage = StorageDriver(places, secrets: secrets, events: events, log: log("storage"))
        let filters =
            places.isSystem ? NWFilterDriver(places.layout, events: events, log: log("nwfilter")) : nil
        let qemu = QEMUDriver(
            configuration: try await QEMUConfiguration(places, file, log: log("qemu")), secrets: secrets,
            networks: networks,
            filters: filters as (any FilterBindings)? ?? NoFilterBindings(), volumes: storage, events: events,
            log: log("qemu"))
        let devices = NodeDeviceDriver(
            uriPath: places.isSystem ? "/system" : "/session", events: events, log: log("nodedev"))
        let interfaces = InterfaceDriver(
            library: places.layout.library, uriPath: places.isSystem ? "/system" : "/session", events: events)
        self.init(
            [secrets, networks] + (filters.map { [$0] } ?? [])
                + [storage, devices, interfaces, qemu, TestDriver(opensFiles: !places.isSystem)])
    }
}

extension DriverSet {
    /// Throws where `roostd.conf` has, beside what is the front's, what no driver takes.
    static func check(_ rest: ConfigurationFile) throws(ConfigurationFileError) {
        var scratch = QEMUConfiguration(definitions: "", run: "", library: "", logs: "", cache: "")
        try scratch.take(rest).requireTaken()
    }
}

extension SecretDriver {
    /// The secrets of this host, or of this user.
    fileprivate convenience init(_ places: Places, events: EventHub, log: Logger) {
        let layout = places.layout
        self.init(
            folder: layout.configuration + "/secrets", keyFile: layout.library + "/secrets/encryption-key",
            credentials: ThisProcess.environment("CREDENTIALS_DIRECTORY"),
            uriPath: places.isSystem ? "/system" : "/session", events: events, log: log)
    }
}

extension NetworkDriver {
    fileprivate convenience init(
        _ places: Places, _ settings: NetworkSettings, events: EventHub, log: Logger
    ) {
        self.init(
            places: NetworkPlaces(places.layout, leaseHelper: try? ThisProcess.companion("roost-leases")),
            settings: settings,
            uriPath: places.isSystem ? "/system" : "/session", events: events, log: log)
    }
}

extension StorageDriver {
    fileprivate convenience init(
        _ places: Places, secrets: any SecretSource, events: EventHub, log: Logger
    ) {
        self.init(
            places: StoragePlaces(places.layout), secrets: secrets,
            uriPath: places.isSystem ? "/system" : "/session", events: events, log: log)
    }
}

extension QEMUConfiguration {
    /// The QEMU driver's own folders, and how guests run: what `roostd.conf` says of it, and `qemu.conf`, which wins. Waits
    /// for the account database.
    fileprivate init(_ places: Places, _ file: ConfigurationFile, log: Logger) async throws {
        let layout = places.layout
        var settings = QEMUConfiguration(
            definitions: layout.configuration + "/qemu", run: layout.run + "/qemu",
            library: layout.library + "/qemu", logs: layout.logs + "/qemu", cache: layout.cache + "/qemu")
        if !places.isSystem { settings.uri = "qemu:///session" }
        try settings.take(file).requireTaken()
        try settings.take(try await ConfigurationFile(ifThere: layout.configuration + "/qemu.conf"))
            .passOver(log)
        let wanted = settings
        do throws(SystemError) {
            self = try await Blocking.runPersistently { () throws(SystemError) in
                var qemu = wanted
                if places.isSystem { try qemu.useSystemAccount() }
                return qemu
            }
        } catch {
            throw RunningDaemon.Failure(
                description: "the user that guests run as can't be looked up (\(error)): start roostd again")
        }
    }
}

extension ConfigurationFile {
    /// Tells of what nobody has taken: a file of libvirt's that came with its host has keys that Roost hasn't.
    fileprivate func passOver(_ log: Logger) {
        for unknown in unknownSettings { log.warning("\(unknown): it is passed over") }
    }

    /// The file at a path, which must be there.
    init(path: String) async throws {
        let text = try await Blocking.run { () throws(SystemError) in try FileSystem.readText(path) }
        self = try ConfigurationFile(text: text, name: path)
    }

    /// The file at a path; an empty one where there is none.
    init(ifThere path: String) async throws {
        if await Blocking.run({ FileSystem.exists(path) }) {
            try await self.init(path: path)
        } else {
            try self.init(text: "", name: path)
        }
    }
}
