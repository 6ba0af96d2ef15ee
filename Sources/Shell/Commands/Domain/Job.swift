import LinuxSystem
import Roost
import Synchronization
import Virt

extension Command {
    static let job = Command(
        "job", "what a domain and its disks are busy with, and how far that is",
        description: """
            A line for each job: those on disks (copies, commits, pulls, backups) and one that concerns the whole domain, such as a save.

            With --follow, the lines are shown anew until all jobs are over, or only wait to be ended, with how fast they go and how
            long they take still. Ctrl-C asks what is to become of the jobs.
            """,
        options: [.domain([.active]), .flag("follow", "until the jobs are over")]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        if arguments.has("follow") { return try await session.followJobs(of: domain) }
        let jobs = try await session.jobs(of: domain)
        if jobs.isEmpty { session.output.note("nothing is being done with this domain") }
        for job in jobs { session.output.print(job.line + "\n") }
    }
}

extension Session {
    private static let pause = Duration.milliseconds(250)

    /// All jobs that there are now.
    fileprivate func jobs(of domain: Domain) async throws -> [JobProgress] {
        var found: [JobProgress] = []
        for disk in try await disks(of: domain) where disk.source != nil {
            let info = try await domain.blockJobInfo(path: disk.target, flags: .bandwidthBytes)
            if info.found == 0 { continue }
            var job = JobProgress(
                title: "\(disk.target): \(BlockJobTitle.text(info.type))", done: info.cur, all: info.end)
            job.isReady = info.end > 0 && info.cur == info.end
            found.append(job)
        }
        let whole = try await domain.jobInfo()
        // A backup is told of by its disks.
        if whole.type != DomainJobType.none.rawValue, found.isEmpty {
            found.append(JobProgress(title: "domain", done: whole.dataProcessed, all: whole.dataTotal))
        }
        return found
    }

    fileprivate func followJobs(of domain: Domain) async throws {
        let wasInterrupted = Mutex(false)
        let stop = Interrupts.shared.listen { wasInterrupted.withLock { $0 = true } }
        defer { stop() }
        var rates = JobRates()
        while true {
            let jobs = rates.rated(try await self.jobs(of: domain), at: .now)
            let lines = jobs.map(\.line)
            // What was shown before is written over, to its end.
            if !lines.isEmpty { output.unfinishedLine("\r\u{1B}[K" + lines.joined(separator: "; ")) }
            if jobs.allSatisfy(\.isReady) {
                if !lines.isEmpty { output.unfinishedLine("\n") }
                return output.note(jobs.isEmpty ? "all jobs are over" : "what is ready waits to be ended")
            }
            if wasInterrupted.withLock({ $0 }) {
                output.unfinishedLine("\n")
                return try await askAboutJobs(of: domain)
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    /// Asks what is to become of the jobs, and does it; they go on where nobody answers.
    private func askAboutJobs(of domain: Domain) async throws {
        output.unfinishedLine("End the jobs (e), or let them go on (Enter)? ")
        let answer = await Blocking.run { readLine() }
        guard answer == "e" else { return output.note("the jobs go on") }
        for disk in try await disks(of: domain) where disk.source != nil {
            guard try await domain.blockJobInfo(path: disk.target, flags: []).found != 0 else { continue }
            try await domain.blockJobAbort(path: disk.target, flags: [])
        }
        if try await domain.jobInfo().type != DomainJobType.none.rawValue { try await domain.abortJob() }
        output.note("the jobs are ended")
    }
}
