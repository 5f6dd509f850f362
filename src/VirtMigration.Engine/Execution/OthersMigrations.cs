using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Waits for migrations that somebody else has in hand.</summary>
/// <param name="parts">What an evacuation works with.</param>
/// <param name="observer">Is told whom it waits for.</param>
internal sealed class OthersMigrations(EvacuationParts parts, IEvacuationObserver observer)
{
    /// <summary>Returns when the host shows none of these any more, when nothing more is to be started, or when patience ends.</summary>
    /// <param name="name">The host that is emptied.</param>
    /// <param name="others">The VMs.</param>
    /// <param name="control">Ends it early.</param>
    public async Task EndAsync(string name, IReadOnlySet<Guid> others, EvacuationControl control)
    {
        if (others.Count == 0)
        {
            return;
        }

        IHypervisorHost host = await parts.Hypervisor.ConnectAsync(parts.Registry.Find(name), control.Stop);
        long began = parts.Clock.GetTimestamp();
        bool said = false;
        while (!control.IsEnding && parts.Clock.GetElapsedTime(began) < parts.PatienceWithOthers)
        {
            string[] still = [.. (await host.ListMigrationsAsync(control.Stop)).Where(one => others.Contains(one.Vm) && !one.Broken).Select(one => one.Name).Distinct()];
            if (still.Length == 0)
            {
                break;
            }

            if (!said)
            {
                observer.Noticed($"{name}: waiting for {string.Join(", ", still)}: somebody else's migration of {(still.Length == 1 ? "it" : "them")} is under way.");
                said = true;
            }

            await Task.Delay(parts.LookAtOthersEvery, parts.Clock, control.Stop);
        }

    }
}
