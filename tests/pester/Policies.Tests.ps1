BeforeDiscovery {
    $topic = Join-Path $PSScriptRoot '../../docs/en-US/about_VmMigration_Policies.md'
    # The policies that the topic makes are made here, so that what it shows can be typed.
    $shown = @([regex]::Matches((Get-Content $topic -Raw), '(?ms)^```powershell\n(New-VmMigrationPolicy (\S+).*?)^```').ForEach{ @{ Name = $_.Groups[2].Value; Command = $_.Groups[1].Value } })
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Use-Lab

    function Get-ClusterBytes { [Convert]::ToHexString([IO.File]::ReadAllBytes((Join-Path $env:VIRTMIGRATION_HOME cluster.json))) }

    function Get-Completion([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText }

    # A policy that is complete, so that a test states only what it is about.
    function New-Policy([string] $Name = 'Night', [hashtable] $Settings = @{}) {
        $all = @{ Name = $Name; Schedule = 'pass 2: downtime 500ms', 'then: abort' } + $Settings
        New-VmMigrationPolicy @all
    }
}

AfterAll { $env:VIRTMIGRATION_HOME = $script:homeBefore }

Describe 'Migration policies of one''s own' {
    BeforeEach {
        # libvirt's own test driver: one VM, test, that can state options.
        $env:VIRTMIGRATION_HOME = Join-Path $TestDrive ([guid]::NewGuid())
        Register-VmHost t1 test:///default -Cluster west | Out-Null
    }

    Context 'New-VmMigrationPolicy' {
        It 'adds one, which is listed among the others' {
            $made = New-Policy
            $made | Should -BeOfType VirtMigration.Policies.MigrationPolicy
            $made.BuiltIn | Should -BeFalse
            $made.MaxConcurrent | Should -Be 2
            $made.AutoConverge | Should -BeFalse
            $made.InitialDowntime.TotalMilliseconds | Should -Be 100
            $made.StepInterval.TotalSeconds | Should -Be 10
            $all = Get-VmMigrationPolicy
            $all.Name | Should -Be MinimalDowntime, Night, PostCopy, SuspendWorkloadIfNeeded, VeryLarge
            $all.BuiltIn | Should -Be $true, $false, $true, $true, $true
            "$((Get-VmMigrationPolicy night).Schedule)" | Should -Be 'pass 2: downtime 500 ms then: abort'
        }

        It 'takes over another''s settings, except those typed' {
            $made = New-VmMigrationPolicy Big -From VeryLarge -MaxConcurrent 1 -AutoConverge $false -InitialDowntime 400ms
            $made.ZeroCopy | Should -BeTrue
            $made.AutoConverge | Should -BeFalse
            $made.BuiltIn | Should -BeFalse
            $made.Description | Should -Match VeryLarge
            "$($made.Schedule)" | Should -Be "$((Get-VmMigrationPolicy VeryLarge).Schedule)"
            (New-VmMigrationPolicy Bigger -From Big).InitialDowntime.TotalMilliseconds | Should -Be 400
            Assert-Error (Get-ErrorOf { New-VmMigrationPolicy Other -From Bug }) PolicyNotFound Bug "Did you mean 'Big'"
        }

        It 'keeps every setting as it was typed' {
            New-VmMigrationPolicy Full -Description 'All of it.' -InitialDowntime 150ms -StepInterval '2s' -MaxConcurrent 3 -AutoConverge $true -AutoConvergeInitial 30 `
                -AutoConvergeIncrement 15 -Compression Xbzrle -XbzrleCacheShare 10 -SwitchoverBandwidth 100MiB/s -ArmsPostCopy $true `
                -Schedule 'pass 3 and after 90s: downtime 200ms', 'AFTER 75s/GiB of at least 2GiB: downtime 295.5ms', 'after 1 rise: downtime x1.5 up to 2000s',
                'then: bandwidth 5Gbps', 'then: post-copy', 'then: pause up to 30s', 'then: abort' -Deadline 'no progress for 2.5min: abort', 'after 1h: post-copy' | Out-Null
            $kept = Get-VmMigrationPolicy Full
            $kept.Description, $kept.InitialDowntime.TotalMilliseconds, $kept.StepInterval.TotalSeconds, $kept.MaxConcurrent | Should -Be 'All of it.', 150, 2, 3
            $kept.AutoConvergeInitial, $kept.AutoConvergeIncrement, $kept.XbzrleCacheShare, $kept.ArmsPostCopy | Should -Be 30, 15, 10, $true
            $kept.Compression | Should -Be Xbzrle
            $kept.SwitchoverBandwidth.Stated().BitsPerSecond | Should -Be 838860800
            $kept.Schedule.ForEach{ "$_" } | Should -Be 'pass 3 and after 90 s: downtime 200 ms', 'after 75 s/GiB of at least 2 GiB: downtime 295.5 ms',
                'after 1 rises: downtime x1.5 up to 2000 s', 'then: bandwidth 5 Gbps', 'then: post-copy', 'then: pause up to 30 s', 'then: abort'
            $kept.Deadlines.ForEach{ "$_" } | Should -Be 'no progress for 150 s: abort', 'after 1 h: post-copy'
        }

        It 'shows the whole policy with -WhatIf, and adds nothing' {
            $before = Get-ClusterBytes
            $said = Invoke-Shell "New-VmMigrationPolicy Night -Schedule 'then: abort' -WhatIf"
            $said | Should -Match "Add policy 'Night': .*InitialDowntime 100 ms, StepInterval 10 s, Schedule \[then: abort\], Deadlines none"
            Get-ClusterBytes | Should -Be $before
        }

        It 'refuses the name <Name>: <Id>' -ForEach @(
            @{ Name = 'VeryLarge'; Id = 'PolicyExists'; Says = 'already' }
            @{ Name = 'verylarge'; Id = 'PolicyExists'; Says = 'already' }
            @{ Name = 'two words'; Id = 'PolicyNameInvalid'; Says = 'blank' }
            @{ Name = 'Night*'; Id = 'PolicyNameInvalid'; Says = 'wildcard' }
            @{ Name = 'Default'; Id = 'PolicyNameInvalid'; Says = 'none of their own' }
            @{ Name = 'ClusterValue'; Id = 'PolicyNameInvalid'; Says = 'none of their own' }
        ) {
            Assert-Error (Get-ErrorOf { New-Policy $Name }) $Id $Name $Says
            (Get-VmMigrationPolicy).Count | Should -Be 4
        }

        It 'refuses what cannot be: <Why>' -ForEach @(
            @{ Why = 'no step at all'; With = @{ Schedule = @() }; Id = 'PolicyWithoutEnd'; Says = 'no last step' }
            @{ Why = 'no last step'; With = @{ Schedule = 'pass 2: downtime 500ms' }; Id = 'PolicyWithoutEnd'; Says = 'migrated for ever' }
            @{ Why = 'falling downtimes'; With = @{ Schedule = 'pass 2: downtime 500ms', 'pass 3: downtime 300ms', 'then: abort' }; Id = 'PolicyDowntimeFalls'; Says = "'pass 3: downtime 300 ms' allows less than the 500 ms" }
            @{ Why = 'a first step below the start'; With = @{ InitialDowntime = '2s' }; Id = 'PolicyDowntimeFalls'; Says = 'less than the 2 s' }
            @{ Why = 'a step after abort'; With = @{ Schedule = 'pass 2: abort', 'pass 3: downtime 500ms', 'then: abort' }; Id = 'PolicyInvalid'; Says = 'nothing can come after' }
            @{ Why = 'a downtime above QEMU''s'; With = @{ Schedule = 'pass 2: downtime 1h', 'then: abort' }; Id = 'DowntimeOutOfRange'; Says = '2000 s' }
            @{ Why = 'a start above QEMU''s'; With = @{ InitialDowntime = '1h' }; Id = 'DowntimeOutOfRange'; Says = '2000 s' }
            @{ Why = 'a factor that does not raise'; With = @{ Schedule = 'after 6 rises: downtime x1 up to 2000s', 'then: abort' }; Id = 'PolicyStepInvalid'; Says = 'more than 1' }
            @{ Why = 'a deadline without a time'; With = @{ Deadline = 'then: abort' }; Id = 'PolicyStepInvalid'; Says = 'says no time' }
            @{ Why = 'a deadline that would be repeated'; With = @{ Deadline = 'after 60s: downtime x2 up to 5s' }; Id = 'PolicyStepInvalid'; Says = 'comes once' }
            @{ Why = 'none at a time'; With = @{ MaxConcurrent = 0 }; Id = 'PolicyInvalid'; Says = 'is none' }
            @{ Why = 'a slowdown out of range'; With = @{ AutoConverge = $true; AutoConvergeInitial = 100 }; Id = 'PolicyInvalid'; Says = '1 to 99' }
            @{ Why = 'a slowdown without auto-converge'; With = @{ AutoConvergeInitial = 50 }; Id = 'PolicyInvalid'; Says = 'auto-converge is off' }
            @{ Why = 'a cache out of range'; With = @{ Compression = 'Xbzrle'; XbzrleCacheShare = 101 }; Id = 'PolicyInvalid'; Says = '1 to 100' }
            @{ Why = 'a cache without XBZRLE'; With = @{ XbzrleCacheShare = 10 }; Id = 'PolicyInvalid'; Says = 'compression is None' }
            @{ Why = 'zero-copy with post-copy'; With = @{ ZeroCopy = $true; ArmsPostCopy = $true }; Id = 'PolicyContradicts'; Says = 'exclude post-copy' }
            @{ Why = 'zero-copy with compression'; With = @{ ZeroCopy = $true; Compression = 'Zstd' }; Id = 'PolicyContradicts'; Says = 'Zstd' }
            @{ Why = 'zstd with post-copy'; With = @{ Compression = 'Zstd'; Schedule = 'then: post-copy' }; Id = 'PolicyContradicts'; Says = 'exclude post-copy' }
            @{ Why = 'an unlimited switchover bandwidth'; With = @{ SwitchoverBandwidth = 'unlimited' }; Id = 'BandwidthInvalid'; Says = 'cannot be unlimited' }
            @{ Why = 'a switchover bandwidth that QEMU cannot be told'; With = @{ SwitchoverBandwidth = '1Mbps' }; Id = 'BandwidthTooSmall'; Says = '1 MiB/s' }
        ) {
            $settings = @{ Name = 'Night'; Schedule = 'pass 2: downtime 500ms', 'then: abort' }
            foreach ($key in $With.Keys) { $settings.$key = $With.$key }
            $record = Get-ErrorOf { New-VmMigrationPolicy @settings }
            ($record.FullyQualifiedErrorId -split ',')[0] | Should -Be $Id
            "$record" | Should -Match $Says
            $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            (Get-VmMigrationPolicy).Count | Should -Be 4
        }

        It 'refuses the step "<_>", and says what steps are like' -ForEach 'pass 3: dance', 'pass 3', 'soon: abort', 'pass 0: downtime 200ms', 'after 0 rises: abort', 'pass 3: downtime 200',
            'pass 3: pause', 'pass 3: bandwidth 10G', 'after 90: abort', 'then: abort now' {
            $step = $_
            Assert-BindingError { New-VmMigrationPolicy Night -Schedule $step } "$([regex]::Escape("'$step'")) is not a step.*pass 3: downtime 200ms"
        }

        It 'refuses -<Parameter> <Value>, which has no unit' -ForEach @{ Parameter = 'InitialDowntime'; Value = 500 }, @{ Parameter = 'StepInterval'; Value = 10 }, @{ Parameter = 'SwitchoverBandwidth'; Value = 104857600 } {
            $typed = @{ $Parameter = $Value }
            Assert-BindingError { New-Policy Night $typed } 'bare number'
        }
    }

    Context 'about_VmMigration_Policies' {
        It 'makes <Name>, as it says' -ForEach $shown {
            $made = Invoke-Expression $Command
            $made.Name | Should -Be $Name
            (Get-VmMigrationPolicy $Name).Schedule.Count | Should -Be $made.Schedule.Count
        }
    }

    Context 'Set-VmMigrationPolicy' {
        BeforeEach { New-Policy | Out-Null }

        It 'changes what is typed, and nothing else' {
            Set-VmMigrationPolicy night -MaxConcurrent 1 -Deadline 'after 5min: abort' | Should -BeNullOrEmpty
            $changed = Set-VmMigrationPolicy Night -AutoConverge $true -PassThru
            $changed.AutoConverge | Should -BeTrue
            $changed.MaxConcurrent | Should -Be 1
            "$($changed.Deadlines)" | Should -Be 'after 5 min: abort'
            "$($changed.Schedule)" | Should -Be 'pass 2: downtime 500 ms then: abort'
            (Set-VmMigrationPolicy Night -Deadline @() -PassThru).Deadlines | Should -BeNullOrEmpty
            (Get-VmMigrationPolicy Night | Set-VmMigrationPolicy -MaxConcurrent 4 -PassThru).MaxConcurrent | Should -Be 4
        }

        It 'shows before and after with -WhatIf' {
            $before = Get-ClusterBytes
            Invoke-Shell "Set-VmMigrationPolicy Night -MaxConcurrent 1 -Schedule 'then: abort' -WhatIf" |
                Should -Match "Policy 'Night': MaxConcurrent 2 -> 1, Schedule \[pass 2: downtime 500 ms, then: abort\] -> \[then: abort\]"
            Get-ClusterBytes | Should -Be $before
        }

        It 'leaves alone what this version does not know' {
            $file = Join-Path $env:VIRTMIGRATION_HOME cluster.json
            $state = Get-Content $file -Raw | ConvertFrom-Json
            $state.policies[0] | Add-Member mood calm
            $state | ConvertTo-Json -Depth 5 | Set-Content $file
            Set-VmMigrationPolicy Night -MaxConcurrent 1
            (Get-Content $file -Raw | ConvertFrom-Json).policies[0].mood | Should -Be calm
        }

        It 'holds to the same rules' {
            $before = Get-ClusterBytes
            Assert-Error (Get-ErrorOf { Set-VmMigrationPolicy Night -Schedule 'pass 2: downtime 500ms' }) PolicyWithoutEnd Night 'no last step'
            Assert-Error (Get-ErrorOf { Set-VmMigrationPolicy Night -ZeroCopy $true -Compression Xbzrle }) PolicyContradicts Night 'Xbzrle'
            Assert-Error (Get-ErrorOf { Set-VmMigrationPolicy Nigth -MaxConcurrent 1 }) PolicyNotFound Nigth "Did you mean 'Night'"
            Get-ClusterBytes | Should -Be $before
        }

        It 'refuses post-copy where what uses it is parallel, and names it' {
            Set-ClusterMigrationOption west -Policy Night
            Set-VmMigrationOption test -ParallelConnections 4
            Assert-Error (Get-ErrorOf { Set-VmMigrationPolicy Night -ArmsPostCopy $true }) OptionConflict Night "test on t1: ParallelConnections 4 \(its own\), policy Night \(the cluster's\): parallel connections exclude post-copy"
            (Get-VmMigrationPolicy Night).ArmsPostCopy | Should -BeFalse
            Set-VmMigrationOption test -Clear
            Set-VmMigrationPolicy Night -ArmsPostCopy $true -ErrorAction Stop
            Assert-Error (Get-ErrorOf { Set-ClusterMigrationOption west -ParallelConnections 4 }) OptionConflict west 'policy Night'
        }

        It 'asks hosts that do not answer to be forced, where it matters' {
            Register-VmHost far qemu+tcp://127.0.0.1:1/system -Cluster west -Force | Out-Null
            Set-VmMigrationPolicy Night -MaxConcurrent 1 -ErrorAction Stop
            Assert-Error (Get-ErrorOf { Set-VmMigrationPolicy Night -ArmsPostCopy $true }) HostsSilent Night 'far \('
            Set-VmMigrationPolicy Night -ArmsPostCopy $true -Force -WarningVariable warnings -WarningAction SilentlyContinue
            "$warnings" | Should -Match 'not checked.*far'
            (Get-VmMigrationPolicy Night).ArmsPostCopy | Should -BeTrue
        }
    }

    Context 'Remove-VmMigrationPolicy' {
        BeforeEach { New-Policy | Out-Null }

        It 'removes one' {
            Remove-VmMigrationPolicy night | Should -BeNullOrEmpty
            Get-VmMigrationPolicy night* | Should -BeNullOrEmpty
            New-Policy Day | Out-Null
            Get-VmMigrationPolicy Day | Remove-VmMigrationPolicy
            (Get-VmMigrationPolicy).Count | Should -Be 4
        }

        It 'removes nothing with -WhatIf' {
            Invoke-Shell 'Remove-VmMigrationPolicy Night -WhatIf' | Should -Match "Remove policy 'Night'"
            (Get-VmMigrationPolicy Night).Name | Should -Be Night
        }

        It 'refuses one that is in use, and says by whom' {
            Set-ClusterMigrationOption west -Policy Night
            Set-VmMigrationOption test -Policy Night
            Assert-Error (Get-ErrorOf { Remove-VmMigrationPolicy Night }) PolicyInUse Night "cluster 'west', VM 'test' on t1"
            Assert-Error (Get-ErrorOf { Remove-VmMigrationPolicy Night -Force }) PolicyInUse Night "cluster 'west'"
            Set-ClusterMigrationOption west -Policy Default
            Assert-Error (Get-ErrorOf { Remove-VmMigrationPolicy Night }) PolicyInUse Night "use by VM 'test' on t1"
            Set-VmMigrationOption test -Clear
            Remove-VmMigrationPolicy Night -ErrorAction Stop
        }

        It 'removes one that only a cluster without hosts states: nobody could take it back there' {
            Register-VmHost far qemu+tcp://127.0.0.1:1/system -Cluster gone -Force | Out-Null
            Set-ClusterMigrationOption gone -Policy Night -Force -WarningAction SilentlyContinue
            (Get-ClusterMigrationOption gone).Policy | Should -Be Night
            Unregister-VmHost far
            Remove-VmMigrationPolicy Night -ErrorAction Stop
            (Get-VmMigrationPolicy).Count | Should -Be 4
        }

        It 'asks hosts that do not answer to be forced' {
            Register-VmHost far qemu+tcp://127.0.0.1:1/system -Cluster west -Force | Out-Null
            Assert-Error (Get-ErrorOf { Remove-VmMigrationPolicy Night }) HostsSilent Night 'far \('
            Remove-VmMigrationPolicy Night -Force -WarningVariable warnings -WarningAction SilentlyContinue
            "$warnings" | Should -Match 'not checked.*far'
            (Get-VmMigrationPolicy).Count | Should -Be 4
        }
    }

    Context 'Those of the product' {
        It 'are read-only: <_>' -ForEach 'Set-VmMigrationPolicy VeryLarge -MaxConcurrent 2', 'Remove-VmMigrationPolicy VeryLarge', 'Remove-VmMigrationPolicy VeryLarge -Force', 'Set-VmMigrationPolicy VeryLarge -MaxConcurrent 2 -WhatIf' {
            $record = Get-ErrorOf ([scriptblock]::Create($_))
            Assert-Error $record PolicyBuiltIn VeryLarge 'comes with the product'
            $record.ErrorDetails.RecommendedAction | Should -Match 'New-VmMigrationPolicy MyVeryLarge -From VeryLarge'
        }
    }

    Context 'On the screen, in JSON and at the Tab key' {
        BeforeEach { New-Policy -Settings @{ Deadline = 'after 300s/GiB: abort' } | Out-Null }

        It 'read well at 100 columns' {
            $view = Get-VmMigrationPolicy | Get-View
            Assert-View $view 'Name +At once +Converge +Zero-copy +Downtimes'
            $view | Should -Match '(?m)^Night +2 +False +False +100, 500, abort'
            $list = Get-VmMigrationPolicy Night | Format-List | Get-View
            Assert-View $list 'Name +: Night'
            $list | Should -Match '(?m)^Deadlines +: after 5 min/GiB: abort'
        }

        It 'have steps that can be indexed' {
            "$((Get-VmMigrationPolicy Night).Schedule[-1])" | Should -Be 'then: abort'
            "$((Get-VmMigrationPolicy PostCopy).Schedule[0])" | Should -Be 'pass 2: downtime 150 ms'
        }

        It 'go through JSON' {
            $back = ConvertTo-AndFromJson (Get-VmMigrationPolicy Night)
            $back.Name | Should -Be Night
            $back.Schedule.Count | Should -Be 2
            $back.Deadlines.Count | Should -Be 1
        }

        It 'complete <Line>' -ForEach @(
            @{ Line = 'Get-VmMigrationPolicy n'; Gives = @('Night') }
            @{ Line = 'Set-VmMigrationPolicy n'; Gives = @('Night') }
            @{ Line = 'Remove-VmMigrationPolicy n'; Gives = @('Night') }
            @{ Line = 'New-VmMigrationPolicy x -From n'; Gives = @('Night') }
            @{ Line = 'Start-VmLiveMigration x -Policy n'; Gives = @('Night') }
            @{ Line = 'New-VmMigrationPolicy x -SwitchoverBandwidth l'; Gives = @('Link') }
            @{ Line = 'New-VmMigrationPolicy x -Compression x'; Gives = @('Xbzrle') }
        ) {
            Get-Completion $Line | Should -Be $Gives
        }
    }
}

Describe 'A migration with a policy of one''s own' {
    BeforeAll {
        Use-OwnCluster (Join-Path $TestDrive lab)
        New-Guest doc-p1
        New-VmMigrationPolicy Faster -InitialDowntime 50ms -StepInterval '0s' -Schedule 'after 1s: bandwidth 10Gbps', 'then: downtime 2000ms', 'after 120s: abort' | Out-Null
        New-VmMigrationPolicy Impatient -InitialDowntime 1ms -StepInterval '0s' -Schedule 'pass 99: downtime 100ms', 'then: abort' -Deadline 'after 1.5s: abort' | Out-Null
        New-VmMigrationPolicy Brief -InitialDowntime 50ms -StepInterval '0s' -Schedule 'after 500ms: pause up to 1s' | Out-Null
        New-VmMigrationPolicy Halting -InitialDowntime 50ms -StepInterval '0s' -Schedule 'after 500ms: pause up to 60s' | Out-Null
    }

    AfterAll { Remove-Guest doc-p1 }

    BeforeEach {
        $script:from = (Get-Whereabouts doc-p1).h1 ? 'h1' : 'h2'
        $script:to = $from -eq 'h1' ? 'h2' : 'h1'
    }

    It 'takes the VM''s policy, and its steps' {
        Set-VmMigrationOption doc-p1 -Policy Faster
        $result = Start-VmLiveMigration doc-p1 -Destination $to -Bandwidth 9Mbps
        $result.Policy | Should -Be Faster
        ($result.Plan.Decisions | Where-Object Setting -EQ Policy).Origin | Should -Be Vm
        $result.EndState | Should -Be Moved
        $result.Actions.Action | Should -Contain 'bandwidth 10 Gbps'
        Assert-Guest doc-p1 $to
        Set-VmMigrationOption doc-p1 -Clear
    }

    It 'gives up when a deadline says so' {
        $traces = Get-Traces doc-p1 $from
        $result = Start-VmLiveMigration doc-p1 -Destination $to -Policy Impatient -Bandwidth 9Mbps -ErrorVariable errors -ErrorAction SilentlyContinue
        $result.EndState | Should -Be Stayed
        Assert-Error $errors[0] MigrationNotConverging doc-p1 'policy Impatient gave up'
        $abort = $result.Actions | Where-Object Action -EQ abort
        $abort.Reason | Should -Match "deadline 'after 1500 ms: abort'"
        Assert-Guest doc-p1 $from
        Get-Traces doc-p1 $from | Should -Be $traces
    }

    It 'lets the guest stand and go on where it is, with pause' {
        $result = Start-VmLiveMigration doc-p1 -Destination $to -Policy Halting -Bandwidth 400Mbps
        $result.EndState | Should -Be Moved
        $result.Actions.Action | Should -Contain pause
        Assert-Guest doc-p1 $to
    }

    It 'lets it run on where it was, when the pause was not long enough' {
        $result = Start-VmLiveMigration doc-p1 -Destination $to -Policy Brief -Bandwidth 9Mbps -ErrorVariable errors -ErrorAction SilentlyContinue
        $result.EndState | Should -Be Stayed
        Assert-Error $errors[0] MigrationNotConverging doc-p1 'policy Brief gave up'
        $result.Actions.Action | Should -Be pause, abort
        $result.Actions[-1].Reason | Should -Match 'the guest has stood for 1 s'
        Assert-Guest doc-p1 $from
    }
}
