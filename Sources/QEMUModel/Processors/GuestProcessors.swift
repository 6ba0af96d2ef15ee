import JSON
import VirtXML

/// The processors of a running guest: where each is plugged in and which thread runs it. Pure.
package struct GuestProcessors: Equatable, Sendable {
    /// The places, in the order in which their processors are numbered; none on a machine that has all of its
    /// processors from the start.
    package private(set) var places: [ProcessorPlace] = []
    /// The processors, by number.
    package private(set) var all: [Processor] = []

    /// One processor.
    package struct Processor: Equatable, Sendable {
        /// The index of its place.
        package var place: Int?
        /// The thread on the host that runs it.
        package var thread: Int32?
        /// QEMU's number of it.
        package var index: UInt64?
        /// It does nothing until the guest starts it; only told of s390.
        var isHalted = false
        package var isOnline = false
        /// Whether it can come and go while the guest runs.
        var isHotpluggable = false
        /// How many came before it, counted from 1; the same for all of one place.
        var order: UInt32?
    }

    package init() {}

    /// Takes together what QEMU tells of the places and of the processors.
    ///
    /// - Parameters:
    ///   - places: the reply to `query-hotpluggable-cpus`; nil where the machine doesn't know it.
    ///   - running: the reply to `query-cpus-fast`.
    ///   - maximum: how many processors the guest can have.
    package init(places: JSONValue?, running: JSONValue, maximum: Int) {
        // QEMU names the processors in the order in which they came; its numbers needn't be in it.
        let threads = (running.array ?? []).map(Thread.init)
        // QEMU names the last place first.
        self.places = (places?.array ?? []).reversed().compactMap(ProcessorPlace.init)
        if self.places.isEmpty {
            all = (0..<min(max(maximum, 0), Int(VCPUCount.limit))).map { number in
                guard threads.indices.contains(number) else { return Processor(isHotpluggable: true) }
                return Processor(threads[number])
            }
        } else {
            fill(threads, maximum)
        }
    }

    private mutating func fill(_ threads: [Thread], _ maximum: Int) {
        var first: [Int: Int] = [:]
        for (index, place) in places.enumerated() {
            let own = threads.filter { place.holds($0.path) }
            first[index] = threads.firstIndex { place.holds($0.path) }
            for number in 0..<place.count where all.count < maximum {
                var one = own.indices.contains(number) ? Processor(own[number]) : Processor()
                one.place = index
                one.isOnline = place.isPresent
                one.isHotpluggable = !place.isPresent || place.alias != nil
                all.append(one)
            }
        }
        let turns = first.sorted { $0.value < $1.value }.enumerated()
        let orders = Dictionary(uniqueKeysWithValues: turns.map { ($1.key, UInt32(clamping: $0 + 1)) })
        for number in all.indices { all[number].order = all[number].place.flatMap { orders[$0] } }
    }

    /// How many there are now.
    package var online: Int { all.count { $0.isOnline } }

    /// The number of a place's first processor, which gives the device in it its name.
    package func first(in place: Int) -> Int { places[..<place].reduce(0) { $0 + $1.count } }

    /// The name that the device in a place gets.
    package func alias(for place: Int) -> String { "vcpu\(first(in: place))" }

    /// What `query-cpus-fast` says of one.
    fileprivate struct Thread {
        let index: UInt64
        let id: Int32?
        let path: String
        let isHalted: Bool

        init(_ entry: JSONValue) {
            index = entry["cpu-index"]?.uint ?? 0
            id = entry["thread-id"]?.int.flatMap { Int32(exactly: $0) }
            path = entry["qom-path"]?.string ?? ""
            isHalted = ["stopped", "check-stop", "uninitialized"].contains(entry["cpu-state"]?.string)
        }
    }
}

extension GuestProcessors.Processor {
    fileprivate init(_ thread: GuestProcessors.Thread) {
        (self.thread, index, isHalted, isOnline) = (thread.id, thread.index, thread.isHalted, true)
    }
}
