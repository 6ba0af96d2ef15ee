import JSON
import Virt

/// Plugs processors into a running guest and takes them out, step by step, through its monitor.
package struct ProcessorPlug: Sendable {
    /// How many processors the guest can have.
    let maximum: Int
    /// Has QEMU execute a command.
    let ask: @Sendable (String, JSONObject?) async throws(VirtError) -> JSONValue
    /// Has the guest let go of a device; returns when it is gone.
    let remove: @Sendable (String) async throws(VirtError) -> Void

    package init(
        maximum: Int, ask: @escaping @Sendable (String, JSONObject?) async throws(VirtError) -> JSONValue,
        remove: @escaping @Sendable (String) async throws(VirtError) -> Void
    ) {
        (self.maximum, self.ask, self.remove) = (maximum, ask, remove)
    }

    /// What the guest has now.
    package func processors() async throws(VirtError) -> GuestProcessors {
        // Machines whose processors are all there from the start refuse to tell of places.
        let places: JSONValue?
        do throws(VirtError) { places = try await ask("query-hotpluggable-cpus", nil) } catch { places = nil }
        let running = try await ask("query-cpus-fast", nil)
        return GuestProcessors(places: places, running: running, maximum: maximum)
    }

    /// Carries out a change.
    ///
    /// - Parameter note: told of what there is after each step.
    package func make(
        _ change: ProcessorChange, of before: GuestProcessors,
        note: (GuestProcessors) async -> Void
    ) async throws(VirtError) {
        switch change {
        case .plug(let places):
            for place in places {
                _ = try await ask("device_add", before.places[place].device(named: before.alias(for: place)))
                await note(try await processors())
            }
        case .unplug(let places):
            for place in places {
                guard let alias = before.places[place].alias else { continue }
                try await remove(alias)
                await note(try await processors())
            }
        }
    }
}
