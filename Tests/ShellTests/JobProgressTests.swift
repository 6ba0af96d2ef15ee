import Testing

@testable import Shell

@Suite("How far jobs are")
struct JobProgressTests {
    @Test("a bar, with how fast it goes and how long it takes once that is known")
    func lines() {
        var job = JobProgress(title: "vda: Block Copy", done: 512 << 20, all: 1024 << 20)
        #expect(job.line == "vda: Block Copy [##########..........]  50.0 %")
        job.rate = 4 << 20
        #expect(job.line == "vda: Block Copy [##########..........]  50.0 %  4.0 MiB/s  2:08 left")
        job.rate = 128 << 10
        #expect(job.line.hasSuffix("128.0 KiB/s  1:08:16 left"))
        job.rate = 1
        #expect(job.line.hasSuffix("days left"))
    }

    @Test("only what is ready is at its end, and nothing is divided by")
    func ends() {
        #expect(JobProgress(title: "t", done: 5, all: 5).line == "t [###################.]  99.9 %")
        #expect(JobProgress(title: "t", done: 9, all: 5, rate: 3).line.hasSuffix("99.9 %  3.0 B/s"))
        #expect(JobProgress(title: "t", done: 5, all: 5, isReady: true).line.hasSuffix("] 100.0 %  ready"))
        #expect(JobProgress(title: "t", done: 0, all: 0).line == "t [....................]   0.0 %")
    }

    @Test("a rate counts from where a job was first seen, and from anew where one of its name begins")
    func rates() {
        let start = ContinuousClock.now
        var rates = JobRates()
        func rate(_ done: UInt64, after seconds: Int) -> UInt64? {
            rates.rated([JobProgress(title: "t", done: done, all: 100)], at: start + .seconds(seconds))[0]
                .rate
        }
        #expect(rate(10, after: 0) == nil)
        #expect(rate(30, after: 2) == 10)
        #expect(rate(5, after: 3) == nil)
        #expect(rate(6, after: 4) == 1)
        #expect(rate(6, after: 4) == 1)
    }
}
