import Roost
import Virt

extension Command {
    static let domdirtyrateCalc = Command(
        "domdirtyrate-calc", "Calculate a vm's memory dirty rate",
        description:
            "Have measured how fast a guest writes to its memory; domstats --dirtyrate prints the result.",
        options: [
            .domain([.active]),
            .named("seconds", "for so many seconds, 1 to 60; 1 unless said", type: .number),
            .named("mode", "page-sampling, dirty-bitmap or dirty-ring"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let seconds: Int = try arguments.number("seconds") ?? 1
        var flags: DomainDirtyRateCalcFlags = []
        switch try arguments.string("mode") {
        case nil, "page-sampling": break
        case "dirty-bitmap": flags = .dirtyBitmap
        case "dirty-ring": flags = .dirtyRing
        case let mode?: throw Failure("Unknown calculation mode '\(mode)'")
        }
        try await domain.startDirtyRateCalc(seconds: Int32(clamping: seconds), flags: flags)
        session.output.note("Start to calculate domain's memory dirty rate successfully.\n")
    }
}
