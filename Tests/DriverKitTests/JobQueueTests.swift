import DriverKit
import Testing
import Virt

/// A queue that is spoken to: `#expect` can't change a value.
private final class Dialogue {
    private var queue = JobQueue()

    var holder: JobQueue.Job? { queue.holder }
    var longJob: JobQueue.Job? { queue.longJob }
    var holderName: String { queue.holderName }
    var waitingCount: Int { queue.waitingCount }

    func request(_ kind: JobQueue.Kind, _ name: String) -> (job: JobQueue.Job, starts: Bool) {
        queue.request(kind, name)
    }

    func finish(_ id: JobQueue.ID) -> JobQueue.Job? { queue.finish(id) }
    func finishLong(_ id: JobQueue.ID) -> JobQueue.Job? { queue.finishLong(id) }
    func giveUp(_ id: JobQueue.ID) -> Bool { queue.giveUp(id) }

    func becomeLong(_ id: JobQueue.ID, allowing kinds: Set<JobQueue.Kind>) -> JobQueue.Job? {
        queue.becomeLong(id, allowing: kinds)
    }
}

@Suite("The job queue")
struct JobQueueTests {
    private let queue = Dialogue()

    @Test("the first who asks starts at once, the others in the order of asking")
    func order() {
        let (first, starts) = queue.request(.modify, "start")
        #expect(starts)
        let second = queue.request(.query, "stats")
        let third = queue.request(.modify, "suspend")
        #expect(!second.starts && !third.starts)
        #expect(queue.holderName == "start")
        #expect(queue.finish(first.id) == second.job)
        #expect(queue.finish(second.job.id) == third.job)
        #expect(queue.finish(third.job.id) == nil)
        #expect(queue.holderName == "none")
    }

    @Test("only the holder can finish, and once")
    func finishing() {
        let first = queue.request(.modify, "a").job
        let second = queue.request(.modify, "b").job
        #expect(queue.finish(second.id) == nil)
        #expect(queue.holder == first)
        #expect(queue.finish(first.id) == second)
        #expect(queue.finish(first.id) == nil)
        #expect(queue.holder == second)
    }

    @Test("who gives up never starts; who has started can't give up")
    func givingUp() {
        let first = queue.request(.modify, "a").job
        let second = queue.request(.modify, "b").job
        let third = queue.request(.modify, "c").job
        #expect(!queue.giveUp(first.id))
        #expect(queue.giveUp(second.id))
        #expect(!queue.giveUp(second.id))
        #expect(queue.waitingCount == 1)
        #expect(queue.finish(first.id) == third)
    }

    @Test("beside a long job only the kinds run that it allows, one at a time; the rest wait for its end")
    func longJob() {
        let save = queue.request(.modify, "save").job
        let modify = queue.request(.modify, "attach-device").job
        let query = queue.request(.query, "stats").job
        #expect(queue.becomeLong(save.id, allowing: [.query, .destroy]) == query)
        #expect(!queue.request(.query, "state").starts)
        let next = queue.finish(query.id)
        #expect(next?.name == "state")
        #expect(queue.finish(next?.id ?? 0) == nil)
        #expect(queue.holderName == "save")
        #expect(queue.finishLong(save.id) == modify)
        #expect(queue.finishLong(save.id) == nil)
    }

    @Test("destroy comes in beside a long job that allows it, before those who must wait")
    func destroyBesideLongJob() {
        let dump = queue.request(.modify, "dump").job
        #expect(queue.becomeLong(dump.id, allowing: [.destroy]) == nil)
        #expect(!queue.request(.modify, "suspend").starts)
        #expect(queue.request(.destroy, "destroy").starts)
    }

    @Test("a second long job can't begin beside the first")
    func oneLongJob() {
        let first = queue.request(.modify, "save").job
        _ = queue.becomeLong(first.id, allowing: [.modify])
        let second = queue.request(.modify, "dump").job
        #expect(queue.becomeLong(second.id, allowing: [.query]) == nil)
        #expect(queue.longJob == first)
        #expect(queue.holder == second)
    }
}
