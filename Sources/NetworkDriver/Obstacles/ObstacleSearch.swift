import LinuxSystem
import Synchronization

/// Looks for obstacles from time to time, and remembers those that have been told of.
final class ObstacleSearch: Sendable {
    private let state = Mutex(State())

    private struct State {
        var told: Set<Obstacle> = []
        var isPlanned = false
        /// The link by which the host reached others at the last look.
        var uplink: String?
        /// How long the next look waits: hosts with many rules that change often aren't kept busy by it.
        var pause = Duration.zero
    }

    private static let longestPause = Duration.seconds(60)

    /// Has `look` called soon; once for all who ask until then.
    func plan(_ look: @escaping @Sendable () async -> Void) {
        let pause: Duration? = state.withLock { state in
            if state.isPlanned { return nil }
            state.isPlanned = true
            return state.pause
        }
        guard let pause else { return }
        Task {
            try? await Task.sleep(for: pause)
            state.withLock { $0.isPlanned = false }
            let took = await ContinuousClock().measure { await look() }
            state.withLock { $0.pause = min(took * 20, Self.longestPause) }
        }
    }

    /// Whether the host's way to others isn't the one of the last look; it is from now on.
    func isNews(uplink: String?) -> Bool {
        state.withLock { state in
            let isNews = state.uplink != uplink
            state.uplink = uplink
            return isNews
        }
    }

    /// Those of the obstacles that nobody has been told of yet. Those that aren't there any more are forgotten.
    func news(of obstacles: [Obstacle]) -> [Obstacle] {
        state.withLock { state in
            let new = obstacles.filter { !state.told.contains($0) }
            state.told = Set(obstacles)
            return new
        }
    }
}
