import DriverKit
import Testing
import Virt
import VirtXML

@testable import QEMUDriver
@testable import QEMUModel

@Suite("What a domain is at an instant")
struct DomainSnapshotTests {
    @Test("once its guest has ended, nothing that comes late makes it a running one's")
    func late() {
        var snapshot = QEMUDomainSnapshot(name: "a", uuid: .zero)
        snapshot.id = 3
        let running = snapshot.changed { $0.live = DomainDefinition() }
        #expect(running.live != nil)
        let ended = running.changed { $0.forgetRun() }
        let late = ended.changed { now in
            now.live = DomainDefinition()
            now.run.balloon = 7
        }
        #expect(late.live == nil)
        #expect(late.run.balloon == nil)
    }
}
