using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Native;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.State;
using VirtMigration.Units;

namespace VirtMigration.LabTests;

/// <summary>The assembly as a program: it drives one migration, in a process that a test can kill.</summary>
internal static class Driver
{
    /// <summary><c>CLUSTERFOLDER VM DESTINATION POLICY BANDWIDTH [--attached] [--on-signal] [--step STEP]...</c>. With --on-signal it plans,
    /// prints a line, starts when a line comes in, and prints how it ended: the outcome, or the error's id. With steps the policy is one that
    /// no catalog knows, with these steps at least a second apart.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [string folder, string vm, string destination, string policy, string bandwidth, .. string[] rest])
        {
            await Console.Error.WriteLineAsync("usage: CLUSTERFOLDER VM DESTINATION POLICY BANDWIDTH [--attached] [--on-signal] [--step STEP]...");
            return 2;
        }

        LibvirtHypervisor hypervisor = LibvirtHypervisor.Create();
        HostRegistry registry = new(new ClusterFile(folder));
        VirtualMachine listed = await new InventoryReader(hypervisor, registry)
            .FindAsync(VmReference.Parse(vm), name => name == vm, CancellationToken.None);
        ConvergenceStep[] steps = [.. rest.Index().Where(one => one.Item == "--step").Select(one => ConvergenceStep.Parse(rest[one.Index + 1]))];
        PlanOptions options = new()
        {
            Destination = destination,
            Policy = steps.Length == 0
                ? BuiltInPolicies.Find(policy)
                : MigrationPolicy.Bare(policy) with { Schedule = steps, StepInterval = TimeSpan.FromSeconds(1) },
            Bandwidth = Bandwidth.Parse(bandwidth),
            Transport = rest.Contains("--attached") ? MigrationTransport.Attached : MigrationTransport.PeerToPeer,
        };
        MigrationRun run = await new PlanMaker(hypervisor, registry, "driver@lab").MakeAsync(listed, options, CancellationToken.None);
        if (!rest.Contains("--on-signal"))
        {
            return (await MoveAsync(run, folder)).Outcome == MigrationOutcome.Succeeded ? 0 : 1;
        }

        Console.WriteLine("ready");
        _ = Console.ReadLine();
        try
        {
            MigrationResult result = await MoveAsync(run, folder);
            Console.WriteLine($"{result.Outcome} {result.EndState} {result.ErrorId} {result.Error}".TrimEnd());
        }
        catch (VirtMigrationException error)
        {
            Console.WriteLine($"{error.ErrorId} {error.Message}");
        }

        return 0;
    }

    private static Task<MigrationResult> MoveAsync(MigrationRun run, string folder) =>
        new MigrationRunner(TimeProvider.System, null, new(new LeaseFolder(folder), new LocalShells(), TimeProvider.System)).RunAsync(run, null, CancellationToken.None);
}
