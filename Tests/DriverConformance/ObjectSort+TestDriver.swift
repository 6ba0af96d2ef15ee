import Virt
import VirtDriver

/// All sorts of objects that the test driver has and that start, however its host is reached.
public func testDriverSorts(_ connection: any DriverConnection) -> [any StartableSort] {
    var networks = ObjectDifferences()
    // libvirt's test driver tells that a network has stopped whether or not it ran.
    networks.stopWhileInactive = nil
    return [
        DomainSort(.testDriver(connection)), NetworkSort(connection, networks), PoolSort(connection),
    ]
}
