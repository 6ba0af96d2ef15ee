import DriverKit
import Virt

extension TestHost {
    /// Puts there what `test:///default` starts with beside its domain; all of it is active.
    func addStandardObjects() throws(VirtError) {
        var network = TestNetworkState(
            try ObjectRegistry<TestNetworkState>.definition(TestNetworkState.standard))
        network.live = network.persistent
        networks.put(network)
        var pool = TestPoolState(try ObjectRegistry<TestPoolState>.definition(TestPoolState.standard))
        pool.live = pool.persistent
        pools.put(pool)
        interfaces.add(try TestInterfaceService.definition(TestInterface.standard), isActive: true)
    }
}
