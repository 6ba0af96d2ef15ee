import PublishedData
import Testing

@testable import Processors

/// Whether published CPUs come out as they should, byte for byte.
@Suite(.published) struct CPUConformanceTests {
    @Test("published CPUs are described as libvirt describes them")
    func all() throws {
        let cases =
            try ProcessorCases.all() + BaselineCases.all() + LabelledBaselineCases.all() + UpdateCases.all()
        let groups = Dictionary(grouping: cases, by: \.group)
        for (group, cases) in groups.sorted(by: { $0.key < $1.key }) {
            var count = CaseCount(group)
            for one in cases { count.add(one.name, one.difference) }
            count.tell()
        }
        print("cpu \(cases.count { $0.difference.isEmpty })/\(cases.count)")
    }
}
