import LinuxSystem
import Virt
import VirtDriver
import VirtXML

/// A domain of a driver that keeps its domains itself: sole owner of what changes about it.
///
/// What only reads is answered from the published snapshot, without waiting for the actor. What changes takes the
/// job first, since an actor lets others in at every `await`. The calls that are alike for all such drivers stand in
/// the extensions beside this file; a driver writes what is its own.
public protocol LocalDomain: Actor, DomainOperations, RegisteredDomain {
    associatedtype Run: RunFacts
    associatedtype Host: DomainHost where Host.Domain == Self

    static var driver: DriverName { get }
    nonisolated var host: Host { get }
    nonisolated var published: Published<LocalDomainSnapshot<Run>> { get }
    nonisolated var jobs: JobLock { get }
    /// The registry doesn't know this domain any more: who waited for it looks for another.
    var isForgotten: Bool { get set }

    /// Whether something of a run is there still, for which the domain must stay known.
    var holdsRun: Bool { get }
    /// Something about the running guest has changed that is to be kept.
    func saveRecordSoon()

    // MARK: What the driver has of its own

    /// The flags of an undefine that the driver knows.
    static var undefineFlags: DomainUndefineFlags { get }
    /// Does what must be done before a domain is undefined, or refuses that.
    func prepareUndefine(_ flags: DomainUndefineFlags) async throws(VirtError)
    /// Does what is left once a domain is undefined.
    func completeUndefine(of definition: DomainDefinition?, _ flags: DomainUndefineFlags) async

    /// How much memory the guest has now, in KiB, and how long it has run, in nanoseconds.
    nonisolated func usage(_ now: LocalDomainSnapshot<Run>) -> (memory: UInt64, time: UInt64)
    /// Gives the running guest another amount of memory, which it may have.
    func setLiveMemory(_ size: ByteSize) async throws(VirtError)

    /// The flags of a change of processors that the driver knows.
    static var processorFlags: DomainVcpuFlags { get }
    /// Sets how many processors a guest has, or at most, the next time that it starts.
    static func setProcessors(
        _ count: UInt32, _ flags: DomainVcpuFlags, of definition: inout DomainDefinition) throws(VirtError)
    /// Gives the running guest so many processors.
    func setLiveProcessors(_ count: UInt32) async throws(VirtError)
    /// Has the running guest's system use so many of its processors.
    func setGuestProcessors(_ count: UInt32) async throws(VirtError)

    /// Throws unless the driver can hold a running guest to what is said of a sort of its resources.
    nonisolated func requireTuning(of kind: TuningKind) throws(VirtError)

    // MARK: Snapshots and checkpoints; whoever calls these has the job

    static var momentRules: MomentRules { get }
    /// Refuses flags of a new snapshot that contradict each other, in the driver's own words.
    static func checkSnapshotFlags(_ flags: DomainSnapshotCreateFlags) throws(VirtError)
    /// Takes a snapshot that has its name, fills in what it is, and keeps it unless no record is wanted.
    func takeSnapshot(
        _ new: inout SnapshotDefinition, _ flags: DomainSnapshotCreateFlags) async throws(VirtError)
    /// Has the domain be again as it was.
    func carryOutRevert(
        to target: SnapshotDefinition, _ flags: DomainSnapshotRevertFlags) async throws(VirtError)
    /// Throws, before anything is done, where some of these can't be deleted in this order.
    func requireDiscardable(
        _ names: [String], _ flags: DomainSnapshotDeleteFlags) async throws(VirtError)
    /// Deletes a snapshot with all that belongs to nothing else.
    func discard(_ doomed: SnapshotDefinition) async throws(VirtError)
    /// Has the running guest remember what is written from now on.
    func takeCheckpoint(
        _ new: inout CheckpointDefinition, _ flags: DomainCheckpointCreateFlags) async throws(VirtError)
    /// Throws unless the running guest has what a checkpoint's record says.
    func validate(_ checkpoint: CheckpointDefinition) async throws(VirtError)
    /// Takes what the running guest remembers since a checkpoint to the one before it.
    func discard(_ doomed: CheckpointDefinition) async throws(VirtError)
    /// Fills in how much was written since a checkpoint.
    func measure(_ checkpoint: inout CheckpointDefinition) async throws(VirtError)

    /// The I/O threads of the running guest.
    nonisolated func liveIOThreads() async throws(VirtError) -> [DomainIOThreadInfo]

    /// The kinds of statistics that the driver has.
    static var statisticsKinds: DomainStatsTypes { get }
    /// What is known of a domain beside its state, under libvirt's names and in its order. Of a guest that can't be asked
    /// it is what is known without.
    ///
    /// - Parameters:
    ///   - withBacking: whether to tell of the images below those that the guest sees, too.
    ///   - asking: whether the guest may be asked, for which the answer waits.
    nonisolated func statistics(
        of now: LocalDomainSnapshot<Run>, _ kinds: DomainStatsTypes, withBacking: Bool, asking: Bool
    ) async -> [TypedParameter]
}

extension LocalDomain {
    public typealias Snapshot = LocalDomainSnapshot<Run>

    public static var statisticsKinds: DomainStatsTypes { .state }

    public nonisolated func statistics(
        of now: LocalDomainSnapshot<Run>, _ kinds: DomainStatsTypes, withBacking: Bool, asking: Bool
    ) async -> [TypedParameter] { [] }

    public func setGuestProcessors(_ count: UInt32) async throws(VirtError) {
        throw .notSupported("virDomainSetVcpusFlags")
    }

    public nonisolated func requireTuning(of kind: TuningKind) throws(VirtError) {}
    public static func checkSnapshotFlags(_ flags: DomainSnapshotCreateFlags) throws(VirtError) {}
    public func requireDiscardable(
        _ names: [String], _ flags: DomainSnapshotDeleteFlags
    ) async throws(VirtError) {}
    public func discard(_ doomed: SnapshotDefinition) async throws(VirtError) {
        try await forgetSnapshot(doomed.name ?? "")
    }
    public func takeCheckpoint(
        _ new: inout CheckpointDefinition, _ flags: DomainCheckpointCreateFlags
    ) async throws(VirtError) {}
    public func validate(_ checkpoint: CheckpointDefinition) async throws(VirtError) {}
    public func discard(_ doomed: CheckpointDefinition) async throws(VirtError) {}
    public func measure(_ checkpoint: inout CheckpointDefinition) async throws(VirtError) {}

    public var holdsRun: Bool { snapshot.isActive }
    public func saveRecordSoon() {}

    public static var undefineFlags: DomainUndefineFlags {
        [.managedSave, .snapshotsMetadata, .checkpointsMetadata, .nvram]
    }

    public func prepareUndefine(_ flags: DomainUndefineFlags) async throws(VirtError) {}
    public func completeUndefine(of definition: DomainDefinition?, _ flags: DomainUndefineFlags) async {}

    // MARK: What it is

    /// What the domain is now.
    public nonisolated var snapshot: Snapshot { published.value }

    public nonisolated var facts: DomainFacts { snapshot.facts }

    /// What the domain is now; throws `noDomain` where nothing is left of it.
    public nonisolated func existing() throws(VirtError) -> Snapshot {
        let now = snapshot
        if now.isActive || now.isPersistent { return now }
        throw host.domains.missing(now.reference)
    }

    /// The same; throws unless it runs or is paused.
    @discardableResult
    public nonisolated func existingActive() throws(VirtError) -> Snapshot {
        let now = try existing()
        if now.isActive { return now }
        throw .notRunning
    }

    /// Changes what the domain is, publishes it, and tells those who listen.
    public func publish(_ events: [Event] = [], _ change: (inout Snapshot) -> Void) {
        published.publish(snapshot.changed(change))
        for event in events { host.events.publish(event) }
    }

    /// A lifecycle event of this domain, as it is now.
    public nonisolated func lifecycle(_ event: DomainEventType, _ detail: Int32) -> Event {
        .domainLifecycle(
            DomainLifecycleEvent(domain: snapshot.reference, event: event.rawValue, detail: detail))
    }

    // MARK: Jobs

    /// Does something that changes the domain, alone. Throws `noDomain` where it has been forgotten meanwhile.
    @discardableResult
    public func withJob<Result: Sendable>(
        _ kind: JobQueue.Kind, _ name: String,
        _ body: (isolated Self) async throws(VirtError) -> Result
    ) async throws(VirtError) -> Result {
        let job = try await jobs.acquire(kind, name)
        defer { jobs.release(job) }
        if isForgotten { throw host.domains.missing(snapshot.reference) }
        return try await body(self)
    }

    /// Has the registry forget a domain of which nothing is left: no definition, and no guest. Whoever calls has the job.
    public func forgetIfEmpty() async {
        guard !isForgotten, !holdsRun, !snapshot.isPersistent else { return }
        isForgotten = true
        try? await removeMoments()
        host.domains.remove(snapshot.uuid, name: snapshot.name)
    }

    /// Forgets a domain that only lived while it ran, unless somebody has defined it or started it again by the time
    /// that it is free.
    public func forgetSoon() async {
        if snapshot.isPersistent || isForgotten { return }
        let job: Void? = try? await withJob(.destroy, "removal") {
            (domain: isolated Self) async throws(VirtError) in await domain.forgetIfEmpty()
        }
        if job == nil, !isForgotten { Task { await self.forgetSoon() } }
    }
}

extension VirtError {
    /// That a call needs a guest that runs.
    public static let notRunning = VirtError(.operationInvalid, "domain is not running", from: .domain)
}
