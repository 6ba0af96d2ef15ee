import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Virt
import VirtXML

/// The disks of an iSCSI target that the host logs in to.
struct ISCSIPool: SCSIBackend {
    let pool: StoragePoolDefinition
    let driver: StorageDriver

    init(_ pool: StoragePoolDefinition, _ driver: StorageDriver) { (self.pool, self.driver) = (pool, driver) }

    private var command: ISCSICommand { ISCSICommand(pool.source) }

    // MARK: Sessions

    /// The number of the session; nil where there is none. iscsiadm fails where there are no sessions at all.
    private func session() async throws(VirtError) -> String? {
        let outcome: ProgramTask.Outcome
        do throws(SystemError) {
            outcome = try await ISCSICommand.sessions().run()
        } catch {
            throw VirtError(error, "cannot ask iscsiadm for sessions", from: .storage)
        }
        return command.session(in: String(decoding: outcome.output, as: UTF8.self))
    }

    func isThere() async -> Bool { (try? await session()) ?? nil != nil }

    func start() async throws(VirtError) {
        if try await session() == nil {
            try await driver.run(command.makeNode())
            try await setAuthentication()
            let interface = try await interface(for: pool.source, makingOne: true)
            try await driver.run(command.logIn(interface))
        }
        guard let session = try await session() else {
            throw VirtError(.internalError, "cannot find iscsiadm session: ", from: .storage)
        }
        try await driver.run(ISCSICommand.rescan(session))
        _ = try? await driver.run(DiskCommand.settle())
    }

    func stop() async throws(VirtError) {
        guard try await session() != nil else { return }
        try await driver.run(command.logOut(interface(for: pool.source, makingOne: false)))
    }

    private func setAuthentication() async throws(VirtError) {
        guard let auth = pool.source.auth else { return }
        guard auth.type == "chap" else {
            throw VirtError(
                .xmlError, "iscsi pool only supports 'chap' auth type", from: .storage)
        }
        let value = try driver.value(of: auth.secret, for: .iscsi)
        let password = String(decoding: value, as: UTF8.self)
        try await driver.run(command.set("node.session.auth.authmethod", "CHAP"))
        try await driver.run(command.set("node.session.auth.username", auth.username))
        // Whoever reads the message of a failure needn't know the password.
        try await driver.run(command.set("node.session.auth.password", password)) {
            password.isEmpty ? $0 : $0.replacing(bytesOf: password, with: "***")
        }
    }

    /// The interface by which the initiator has the pool's name; nil where it has none of its own.
    private func interface(for source: PoolSource, makingOne: Bool) async throws(VirtError) -> String? {
        guard let initiator = source.initiator else { return nil }
        if let known = try await knownInterface(of: initiator) { return known }
        guard makingOne else { return nil }
        let new = "libvirt-iface-\(Random.hexadecimal(bytes: 4))"
        try await driver.run(ISCSICommand.makeInterface(new))
        try await driver.run(ISCSICommand.setInitiator(initiator, of: new))
        try await driver.run(ISCSICommand.discover(command.portal, new, isKept: true))
        return new
    }

    private func knownInterface(of initiator: String) async throws(VirtError) -> String? {
        ISCSICommand.interface(of: initiator, in: try await driver.text(of: ISCSICommand.interfaces()))
    }

    // MARK: Disks

    /// The controller is made with the session.
    func host() async throws(VirtError) -> Int {
        guard let session = try await session() else {
            throw VirtError(.internalError, "cannot find iscsiadm session: ", from: .storage)
        }
        let folder = "\(driver.places.system)/class/iscsi_session/session\(session)/device"
        let names = try await Blocking.run { () throws(VirtError) in
            try VirtError.reporting("cannot open directory '\(folder)'", from: .none) {
                () throws(SystemError) in try FileSystem.names(in: folder)
            }
        }
        for name in names {
            if let word = name.droppingBytePrefix("target")?.split(atByte: ":").first, let host = Int(word) {
                return host
            }
        }
        throw VirtError(
            .internalError, "Failed to get host number for iSCSI session with path '\(folder)'",
            from: .storage)
    }

    func findSources(_ question: PoolSource?) async throws(VirtError) -> [PoolSource] {
        guard let asked = question, let host = asked.hosts.first else {
            throw VirtError(.invalidArg, "hostname must be specified for iscsi sources", from: .storage)
        }
        var interface: String?
        if let initiator = asked.initiator {
            interface = try await knownInterface(of: initiator)
            guard interface != nil else {
                throw VirtError(
                    .operationFailed, "no iSCSI interface defined for IQN \(initiator)", from: .storage)
            }
        }
        let portal = ISCSICommand.portal(of: host)
        let text = try await driver.text(of: ISCSICommand.discover(portal, interface, isKept: false))
        return ISCSICommand.targets(in: text).map { name in
            var (source, device, server) = (PoolSource(), PoolDevice(), host)
            device.path = name
            server.port = host.port ?? 3260
            (source.hosts, source.devices, source.initiator) = ([server], [device], asked.initiator)
            return source
        }
    }
}
