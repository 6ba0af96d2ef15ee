import ByteText
import DriverKit
import Synchronization
import Virt
import VirtXML

/// What lies in a pool. Looking never waits; one job at a time starts, stops or looks through the pool.
final class PoolContent: Sendable {
    /// Held by who starts, stops, builds or refreshes the pool.
    let jobs = JobLock(origin: .storage)
    private let state = Mutex(State())

    private struct State {
        var volumes: [ByteName: StoredVolume] = [:]
        var sizes = PoolSizes()
        /// Whose its folder is.
        var permissions: StoragePermissions?
        /// Where there is room on a disk.
        var freeExtents: [StorageExtent] = []
        /// How many look at single files now.
        var lookers = 0
        /// What has changed since somebody began to look through the pool; nil while nobody does.
        var touched: Set<ByteName>?

        mutating func touch(_ name: ByteName) { touched?.insert(name) }
    }

    // MARK: Look

    var sizes: PoolSizes { state.withLock { $0.sizes } }
    var permissions: StoragePermissions? { state.withLock { $0.permissions } }
    var freeExtents: [StorageExtent] { state.withLock { $0.freeExtents } }
    var all: [StoredVolume] { state.withLock { Array($0.volumes.values) } }
    var count: Int { state.withLock { $0.volumes.count } }
    /// Whether a volume is made or changed.
    var isBusy: Bool { state.withLock { $0.volumes.values.contains { $0.isBeingMade || $0.users > 0 } } }

    subscript(name: String) -> StoredVolume? { state.withLock { $0.volumes[ByteName(name)] } }

    /// The volume of a folder that has this path; it ends with the name.
    func volume(atPath path: String) -> StoredVolume? {
        let name = path.split(atByte: "/").last.map(String.init) ?? ""
        guard let volume = self[name], volume.path.hasSameBytes(as: path) else { return nil }
        return volume
    }

    // MARK: Change

    /// Puts a volume there that is about to be made; false where the name is taken.
    func reserve(_ definition: StorageVolumeDefinition) -> Bool {
        state.withLock { state in
            let name = ByteName(definition.name)
            if state.volumes[name] != nil { return false }
            state.touch(name)
            state.volumes[name] = StoredVolume(definition: definition, isBeingMade: true)
            return true
        }
    }

    /// Changes a volume; nil where it is gone.
    @discardableResult
    func change<Value>(
        _ name: String, _ body: (inout StoredVolume) throws(VirtError) -> Value
    ) throws(VirtError) -> Value? {
        let result = state.withLock { state -> Result<Value?, VirtError> in
            let name = ByteName(name)
            guard var volume = state.volumes[name] else { return .success(nil) }
            state.touch(name)
            do throws(VirtError) {
                let value = try body(&volume)
                state.volumes[name] = volume
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    func remove(_ name: String) {
        state.withLock { state in
            state.touch(ByteName(name))
            state.volumes[ByteName(name)] = nil
        }
    }

    /// Counts what a volume takes, or gives back where that is less than before.
    func count(allocation: UInt64, insteadOf former: UInt64) {
        state.withLock { state in
            let grown = allocation >= former
            let difference = grown ? allocation - former : former - allocation
            if grown {
                state.sizes.allocation &+= difference
                state.sizes.available -= min(state.sizes.available, difference)
            } else {
                state.sizes.allocation -= min(state.sizes.allocation, difference)
                state.sizes.available &+= difference
            }
        }
    }

    /// How many may look at single files at once: where a server doesn't answer, more would only wait beside them.
    private static let mostLookers = 8

    /// Begins to look at one file; false where too many do already, and what is known has to do.
    func beginLook() -> Bool {
        state.withLock { state in
            if state.lookers == Self.mostLookers { return false }
            state.lookers += 1
            return true
        }
    }

    func endLook() { state.withLock { $0.lookers -= 1 } }

    // MARK: Look through

    /// Begins to look through the pool: what is known of each file.
    func beginLooking() -> [ByteName: StoredVolume] {
        state.withLock { state in
            state.touched = []
            return state.volumes
        }
    }

    /// Takes in what was found. What somebody has changed meanwhile stays as that one left it.
    func endLooking(_ found: FoundContent) {
        state.withLock { state in
            let kept = state.touched ?? []
            var volumes = found.volumes
            for name in kept { volumes[name] = nil }
            for (name, volume) in state.volumes where volume.isBeingMade || kept.contains(name) {
                volumes[name] = volume
            }
            for (name, volume) in state.volumes where volume.users > 0 {
                volumes[name]?.users = volume.users
                volumes[name]?.isBeingChanged = volume.isBeingChanged
                if volumes[name] == nil { volumes[name] = volume }
            }
            (state.volumes, state.touched) = (volumes, nil)
            (state.sizes, state.permissions) = (found.sizes, found.permissions)
            state.freeExtents = found.freeExtents
        }
    }

    func giveUpLooking() { state.withLock { $0.touched = nil } }

    /// The pool has stopped: nothing is known of its volumes any more, and of its room where it is to be another pool.
    func forget(sizes: Bool) {
        state.withLock { state in
            (state.volumes, state.freeExtents) = ([:], [])
            if sizes { (state.sizes, state.permissions) = (PoolSizes(), nil) }
        }
    }
}
