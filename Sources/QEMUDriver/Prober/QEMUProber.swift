import LinuxSystem
import QEMUModel

/// Finds out what the installed QEMU binaries can do, all at once, and remembers it in a folder.
public final class QEMUProber: Sendable {
    private let cache: QEMUProbeCache
    private let host: @Sendable () -> QEMUProbeHost
    private let launch: @Sendable (ProgramOrders) -> ProgramOrders
    private let timeout: Duration
    private let whole = QEMUProbeMemory<QEMUCapabilities>(patience: .zero)
    private let summaries = QEMUProbeMemory<QEMUSummary>(patience: .seconds(600))

    /// - Parameters:
    ///   - folder: where answers are kept, such as `/var/cache/roost/qemu/capabilities`.
    ///   - host: what the answers depend on beside the binary, as it is now; it may wait on the disk.
    ///   - timeout: how long one run of a binary may take.
    ///   - launch: what is started in place of a binary; to run it as another user, for example.
    public init(
        cache folder: String, host: @escaping @Sendable () -> QEMUProbeHost = QEMUProbeHost.watched(),
        timeout: Duration = .seconds(30),
        launch: @escaping @Sendable (ProgramOrders) -> ProgramOrders = { $0 }
    ) {
        cache = QEMUProbeCache(folder: folder)
        self.host = host
        self.launch = launch
        self.timeout = timeout
    }

    /// What is to be told to people about the host; nil if nothing is wrong. May wait on the disk.
    public var warning: String? {
        let kvm = host().kvm
        return kvm == .forbidden ? kvm.reason.map { $0 + "; only emulation can be used" } : nil
    }

    /// What one binary can do: as it is known if neither binary nor host have changed, else by asking it.
    package func capabilities(of emulator: String) async throws(QEMUProbeError) -> QEMUCapabilities {
        let key = try await key(of: emulator)
        var found = try await whole.value(for: key) { await self.find(key, .whole) }
        if found.accelerations[.kvm] == nil, found.architecture == KernelFacts().machine {
            found.whyWithoutKVM = key.host.kvm.reason
        }
        return found
    }

    /// What the host's capabilities tell of a binary, which takes less time to find out.
    package func summary(of emulator: String) async throws(QEMUProbeError) -> QEMUSummary {
        let key = try await key(of: emulator)
        return try await summaries.value(for: key) { await self.find(key, .summary) }
    }

    /// The same of several binaries, asked at the same time; each by its path.
    package func summaries(
        of emulators: Set<String>
    ) async -> [String: Result<QEMUSummary, QEMUProbeError>] {
        await withTaskGroup(of: (String, Result<QEMUSummary, QEMUProbeError>).self) { group in
            for emulator in emulators {
                group.addTask { (emulator, await self.outcome(of: emulator)) }
            }
            return await group.reduce(into: [:]) { all, one in all[one.0] = one.1 }
        }
    }

    private func outcome(of emulator: String) async -> Result<QEMUSummary, QEMUProbeError> {
        do {
            return .success(try await summary(of: emulator))
        } catch {
            return .failure(error)
        }
    }

    private func key(of emulator: String) async throws(QEMUProbeError) -> QEMUProbeKey {
        let host = host
        return try await Blocking.run { () throws(QEMUProbeError) in
            try QEMUProbeKey(emulator: emulator, host: host())
        }
    }

    /// What the cache has, if it can be understood, else what is answered now.
    private func find<Value: QEMUProbeResult>(
        _ key: QEMUProbeKey, _ extent: QEMUProbeExtent
    ) async -> Result<Value, QEMUProbeError> {
        // Reading the answers takes several times the memory of what is kept of them.
        defer { ThisProcess.returnMemory() }
        let cache = cache
        for place in extent == .summary ? [.whole, .summary] : [QEMUProbeExtent.whole] {
            let known = await Blocking.run { cache.exchanges(for: key, place) }
            if let known, let value = try? Value(emulator: key.emulator, exchanges: known) {
                return .success(value)
            }
        }
        do throws(QEMUProbeError) {
            let exchanges = try await ask(key, extent)
            let value = try Value(emulator: key.emulator, exchanges: exchanges)
            // What can't be kept is asked for again next time.
            await Blocking.run { try? cache.store(exchanges, for: key, extent) }
            return .success(value)
        } catch {
            return .failure(error)
        }
    }

    private func ask(
        _ key: QEMUProbeKey, _ extent: QEMUProbeExtent
    ) async throws(QEMUProbeError) -> [QEMUExchange] {
        let probe = QEMUProbe(emulator: key.emulator, launch: launch, timeout: timeout)
        let accelerators = key.host.kvm == .usable ? "kvm:tcg" : "tcg"
        switch extent {
        case .summary: return try await probe.ask(QEMUQuestions.summary, accelerators: accelerators)
        case .whole:
            let first = try await probe.ask(
                QEMUQuestions.general, accelerators: accelerators, then: QEMUQuestions.details)
            guard QEMUQuestions.usesKVM(first) else { return first }
            // Binaries without emulation refuse to be asked about it.
            let emulation = QEMUQuestions.acceleration(model: "max")
            return first + ((try? await probe.ask(emulation, accelerators: "tcg")) ?? [])
        }
    }
}
