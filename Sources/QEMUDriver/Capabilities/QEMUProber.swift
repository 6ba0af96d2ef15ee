import JSON
import LinuxSystem

/// Finds out what the installed QEMU binaries can do, all at once, and remembers it in a folder.
public struct QEMUProber: Sendable {
    private let cache: QEMUProbeCache
    private let host: QEMUProbeHost
    private let launch: @Sendable (ProgramOrders) -> ProgramOrders
    private let timeout: Duration

    /// - Parameters:
    ///   - folder: where answers are kept, such as `/var/cache/roost/qemu/capabilities`.
    ///   - host: what the answers depend on beside the binary.
    ///   - launch: what is started in place of a binary; to run it as another user, for example.
    public init(
        cache folder: String, host: QEMUProbeHost = .current(), timeout: Duration = .seconds(30),
        launch: @escaping @Sendable (ProgramOrders) -> ProgramOrders = { $0 }
    ) {
        cache = QEMUProbeCache(folder: folder)
        self.host = host
        self.launch = launch
        self.timeout = timeout
    }

    /// What is to be told to people about the host; nil if nothing is wrong.
    public var warning: String? {
        guard host.kvm == .forbidden else { return nil }
        return "/dev/kvm is there, but QEMU's user may not open it: only emulation can be used"
    }

    /// What one binary can do: from the cache if neither binary nor host have changed, else by asking it.
    public func capabilities(of emulator: String) async throws(QEMUProbeError) -> QEMUCapabilities {
        let (host, cache) = (host, cache)
        let key = try await Blocking.run { () throws(QEMUProbeError) in
            try QEMUProbeKey(emulator: emulator, host: host)
        }
        let known = await Blocking.run { cache.exchanges(for: key) }
        if let known, let capabilities = try? QEMUCapabilities(emulator: emulator, exchanges: known) {
            return capabilities
        }
        let exchanges = try await ask(emulator)
        let capabilities = try QEMUCapabilities(emulator: emulator, exchanges: exchanges)
        // What can't be kept is asked for again next time.
        await Blocking.run { try? cache.store(exchanges, for: key) }
        return capabilities
    }

    /// What all of several binaries can do, asked at the same time; each by its path.
    public func capabilities(
        of emulators: [String]
    ) async -> [String: Result<QEMUCapabilities, QEMUProbeError>] {
        await withTaskGroup(
            of: (String, Result<QEMUCapabilities, QEMUProbeError>).self
        ) { group in
            for emulator in emulators {
                group.addTask { (emulator, await result(of: emulator)) }
            }
            return await group.reduce(into: [:]) { all, one in all[one.0] = one.1 }
        }
    }

    private func result(of emulator: String) async -> Result<QEMUCapabilities, QEMUProbeError> {
        do {
            return .success(try await capabilities(of: emulator))
        } catch {
            return .failure(error)
        }
    }

    private func ask(_ emulator: String) async throws(QEMUProbeError) -> [QEMUExchange] {
        let probe = QEMUProbe(emulator: emulator, launch: launch, timeout: timeout)
        let first = try await probe.ask(
            accelerators: host.kvm == .usable ? "kvm:tcg" : "tcg", isWhole: true)
        let usesKVM = first.contains { $0.command == "query-kvm" && $0.result?["enabled"]?.bool == true }
        guard usesKVM else { return first }
        // Binaries without emulation refuse to be asked about it.
        return first + ((try? await probe.ask(accelerators: "tcg", isWhole: false)) ?? [])
    }

    /// The QEMU binaries in a folder, by their usual names; may wait on the disk.
    public static func emulators(in folder: String = "/usr/bin") -> [String] {
        let names = (try? FileSystem.names(in: folder)) ?? []
        return names.filter { $0.hasPrefix("qemu-system-") }.map { "\(folder)/\($0)" }
    }
}
